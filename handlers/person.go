package handlers

import (
	"strings"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

type personRequest struct {
	Username    string        `json:"username" validate:"required,max=100"`
	DisplayName string        `json:"display_name" validate:"required,max=200"`
	Roles       []access.Role `json:"roles" validate:"max=10"`
}

type rolesRequest struct {
	Roles []access.Role `json:"roles" validate:"required,max=10"`
}

type passwordRequest struct {
	Password string `json:"password" validate:"required,max=1000"`
	Current  string `json:"current_password" validate:"max=1000"` // one's own, to change one's own
}

func (s *Server) people(c *call) (list[store.Person], error) {
	at, err := c.cursor(1)
	if err != nil {
		return list[store.Person]{}, err
	}
	people, err := s.db.People(c.ctx(), c.who, at.after[0], at.more())
	return part(at, people, func(p store.Person) []string { return []string{p.Username} }), err
}

func (s *Server) addPerson(c *call, in personRequest) (store.Person, error) {
	return s.db.AddPerson(c.ctx(), c.who, c.key(), store.Person{Username: in.Username, DisplayName: in.DisplayName, Roles: present(in.Roles)})
}

func (s *Server) setRoles(c *call, in rolesRequest) (store.Person, error) {
	return s.db.SetRoles(c.ctx(), c.who, c.param("username"), in.Roles)
}

func (s *Server) leave(c *call) (any, error) {
	return nil, s.db.Leave(c.ctx(), c.who, c.param("username"))
}

// setPassword ends all of the person's sessions, the asker's own among them.
func (s *Server) setPassword(c *call, in passwordRequest) (any, error) {
	username := c.param("username")
	if err := s.maySetPassword(c, username, in.Current); err != nil {
		return nil, err
	}
	hash, err := s.hashPassword(c.ctx(), username, in.Password)
	if err != nil {
		return nil, err
	}
	return nil, s.db.SetPassword(c.ctx(), c.who, username, hash)
}

// maySetPassword asks for the former password where it is one's own, so that a
// session left open on a ward's computer is not an account. For another's the
// store asks again who may; it is asked here first, before anything is hashed.
func (s *Server) maySetPassword(c *call, username, current string) error {
	if !strings.EqualFold(username, c.person.Username) {
		return access.Check(c.person.Roles, access.ManagePeople)
	}
	_, err := s.prove(c, c.person.Username, current)
	if fault.Is(err, fault.Unauthenticated) {
		var l fault.List
		l.Add("current_password", "is missing or wrong")
		return l.Err("the password was not changed")
	}
	return err
}
