package frameworks

import (
	"testing"

	"appointable/internal/fault"
)

func TestStatus(t *testing.T) {
	const refused = Status("")
	for _, test := range []struct {
		from, published, retired Status
		edited, started          bool
	}{
		{from: Draft, published: Published, retired: refused, edited: true, started: false},
		{from: Published, published: refused, retired: Retired, edited: false, started: true},
		{from: Retired, published: refused, retired: refused, edited: false, started: false},
		{from: "lost", published: refused, retired: refused, edited: false, started: false},
	} {
		check := func(what string, err error, allowed bool) {
			t.Helper()
			if allowed && err != nil || !allowed && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %s: %v", test.from, what, err)
			}
		}
		published, err := test.from.Publish()
		check("publish", err, test.published != refused)
		if err == nil && published != test.published || err != nil && published != test.from {
			t.Errorf("%s: publish gives %s", test.from, published)
		}
		retired, err := test.from.Retire()
		check("retire", err, test.retired != refused)
		if err == nil && retired != test.retired || err != nil && retired != test.from {
			t.Errorf("%s: retire gives %s", test.from, retired)
		}
		check("edit", test.from.Edit(), test.edited)
		check("start a campaign", test.from.StartCampaign(), test.started)
	}
}
