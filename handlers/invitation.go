package handlers

import (
	"context"
	"net/url"
	"time"

	"appointable/internal/access"
	"appointable/internal/store"
)

// linkView is a one-time link that was just made.
type linkView struct {
	Person  store.Person `json:"person"`
	Address string       `json:"address"` // to be given to the person, and to nobody else
	Expires time.Time    `json:"expires"`
}

func (s *Server) invite(c *call, in personRequest) (linkView, error) {
	link, err := s.db.Invite(c.ctx(), c.who, store.Person{Username: in.Username, DisplayName: in.DisplayName, Roles: present(in.Roles)})
	return s.viewLink(c.trust, link), err
}

func (s *Server) makeResetLink(c *call) (linkView, error) {
	link, err := s.db.MakeResetLink(c.ctx(), c.who, c.param("username"))
	return s.viewLink(c.trust, link), err
}

func (s *Server) viewLink(trust store.Trust, link store.Link) linkView {
	return linkView{Person: link.Person, Address: s.origin + PasswordLink(trust.Slug, link.Token), Expires: link.Expires}
}

// PasswordLink is the path at which somebody sets their password by a link.
func PasswordLink(slug string, token access.Token) string {
	return addressIn(store.Trust{Slug: slug}, "password") + "?link=" + url.QueryEscape(string(token))
}

// hashPassword checks and hashes a new password, a bounded number at once.
func (s *Server) hashPassword(ctx context.Context, username, password string) (hash string, err error) {
	err = s.inTurn(ctx, s.hashing, func() error {
		hash, err = access.HashPassword(username, password)
		return err
	})
	return hash, err
}
