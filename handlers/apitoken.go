package handlers

import (
	"net/http"
	"strings"
	"time"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

type apiTokenRequest struct {
	Name  string       `json:"name" validate:"required,max=100"`
	Scope access.Scope `json:"scope" validate:"required"`
	Days  int          `json:"days" validate:"required,min=1,max=365"`
}

// newTokenView shows a token, this once.
type newTokenView struct {
	store.APIToken
	Token access.Token `json:"token"` // for the header “Authorization: Bearer”; it is stored nowhere
}

func (s *Server) apiTokens(c *call) (list[store.APIToken], error) {
	at, err := c.cursor(3)
	if err != nil {
		return list[store.APIToken]{}, err
	}
	all, err := s.db.APITokens(c.ctx(), c.who)
	return partOf(at, all, func(k store.APIToken) []string { return []string{k.Name, k.Made.Format(time.RFC3339Nano), k.ID} }), err
}

func (s *Server) makeAPIToken(c *call, in apiTokenRequest) (newTokenView, error) {
	token, made, err := s.db.MakeAPIToken(c.ctx(), c.who, c.trust, store.NewAPIToken(in))
	return newTokenView{APIToken: made, Token: token}, err
}

func (s *Server) revokeAPIToken(c *call) (any, error) {
	return nil, s.db.RevokeAPIToken(c.ctx(), c.who, c.param("token"))
}

// identifyProgram finds in whose name a program asks. It returns
// Unauthenticated for a header that is no token of this trust, Forbidden for
// what a token does not reach.
func (s *Server) identifyProgram(c *call, header string) error {
	scheme, text, _ := strings.Cut(header, " ")
	token := access.Token(strings.TrimSpace(text))
	if !strings.EqualFold(scheme, "Bearer") || !token.IsAPIToken(c.trust.Slug) {
		return fault.New(fault.Unauthenticated, "the header Authorization has no API token of this trust; send “Bearer” and the token, or leave the header out and sign in")
	}
	person, scope, err := s.db.UseAPIToken(c.ctx(), c.trust.ID, token)
	if err != nil {
		return err
	}
	c.person = person
	switch {
	case c.route.byHand:
		return fault.New(fault.Forbidden, "an API token cannot do this; it is for the person to do, signed in")
	case scope != access.Write && c.route.method != http.MethodGet:
		return fault.New(fault.Forbidden, "this API token only reads; make one of the scope “write” for this")
	}
	return nil
}
