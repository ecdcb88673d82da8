package store

import (
	"context"

	"appointable/internal/access"
)

// Seat is a seat on a panel and who sits in it.
type Seat struct {
	Rater       string `db:"rater"`
	Username    string `db:"username"` // "": nobody yet
	DisplayName string `db:"display_name"`
}

// Seats lists the seats of a draft by rater code, for whoever fills them. It
// returns Forbidden for everybody else, and once scoring has opened.
func (db *DB) Seats(ctx context.Context, who Actor, campaign string) ([]Seat, error) {
	list := []Seat{}
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.EditPlan); err != nil {
			return err
		}
		return t.all(&list, `
			select m.rater, coalesce(p.username, '') as username, coalesce(p.display_name, '') as display_name
			  from panel_members m left join people p on p.trust_id = m.trust_id and p.person_id = m.person_id
			 where m.trust_id = $1 and m.campaign_id = $2 order by m.rater`, t.who.Trust, t.at.Campaign)
	})
	return list, err
}
