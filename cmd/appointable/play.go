package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

const demoCampaign = "CARD-2026-01"

// demoPerson is somebody of the fictional trust.
type demoPerson struct {
	username, name string
	roles          []access.Role
	rater          string // their seat on the panel
	as             string // the role for which the demo prints a sign-in link
}

func demoPeople() []demoPerson {
	return []demoPerson{
		{username: "framework.owner", name: "Amara Osei", roles: []access.Role{access.FrameworkOwner}, as: "framework owner"},
		{username: "recruitment", name: "Beth Llewellyn", roles: []access.Role{access.RecruitmentOfficer}, as: "recruitment officer"},
		{username: "lay.chair", name: "Colin Fairweather", rater: "R1", as: "chair"},
		{username: "college.assessor", name: "Dr Devika Raman", rater: "R2"},
		{username: "chief.executive", name: "Eleanor Marsh", rater: "R3", as: "panel member"},
		{username: "medical.director", name: "Dr Femi Adeyemi", rater: "R4"},
		{username: "cardiologist", name: "Dr Grace Huang", rater: "R5"},
		{username: "university", name: "Prof Hamish Orr", rater: "R6"},
		{username: "guest.member", name: "Dr Ines Duarte", rater: "R7"},
		{username: "auditor", name: "Jonah Reid", roles: []access.Role{access.Auditor}, as: "auditor"},
		{username: "administrator", name: "Kirsty Bell", roles: []access.Role{access.Administrator}, as: "administrator"},
	}
}

// player acts out a round in the service: every line of its files becomes what
// the person who wrote it would have done.
type player struct {
	ctx    context.Context
	db     *store.DB
	trust  store.Trust
	round  selection.Round
	people map[string]store.Actor // by user name
	seats  map[string]store.Actor // by rater
}

// play runs the example campaign from the framework to closed moderation.
func play(ctx context.Context, db *store.DB, trust store.Trust, r selection.Round) error {
	p := player{ctx: ctx, db: db, trust: trust, round: r, people: map[string]store.Actor{}, seats: map[string]store.Actor{}}
	for _, step := range []func() error{
		p.hire, p.publish, p.plan, p.invite, p.openScoring, p.score, p.declareLate, p.finishScoring, p.moderate, p.closeModeration,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) hire() error {
	for _, person := range demoPeople() {
		added, err := p.db.AddPerson(p.ctx, store.Operator(p.trust.ID), store.Key{},
			store.Person{Username: person.username, DisplayName: person.name, Roles: person.roles})
		if err != nil {
			return err
		}
		actor := store.Actor{Trust: p.trust.ID, Person: added.ID}
		p.people[person.username] = actor
		if person.rater != "" {
			p.seats[person.rater] = actor
		}
	}
	return nil
}

func (p *player) publish() error {
	owner := p.people["framework.owner"]
	f, err := p.db.CreateFramework(p.ctx, owner, store.Key{}, p.round.Framework)
	if err != nil {
		return err
	}
	_, err = p.db.PublishFramework(p.ctx, owner, f.Document.Code, f.Document.Version, f.Revision)
	return err
}

func (p *player) plan() error {
	_, err := p.db.CreateCampaign(p.ctx, p.officer(), store.Key{}, store.NewCampaign{
		Framework: p.round.Framework.Code, Version: p.round.Framework.Version, Document: p.round.Campaign,
	})
	if err != nil {
		return err
	}
	for _, person := range demoPeople() {
		if person.rater == "" {
			continue
		}
		if _, err := p.db.FillSeat(p.ctx, p.officer(), demoCampaign, person.rater, person.username); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) officer() store.Actor { return p.people["recruitment"] }

func (p *player) invite() error {
	if _, err := p.db.AddCandidates(p.ctx, p.officer(), demoCampaign, store.Key{}, p.round.Candidates); err != nil {
		return err
	}
	var sheets []store.SheetName
	for _, s := range p.sheets() {
		sheets = append(sheets, s.name)
	}
	if _, err := p.db.AssignSheets(p.ctx, p.officer(), demoCampaign, store.Key{}, sheets); err != nil {
		return err
	}
	_, err := p.db.PutResults(p.ctx, p.officer(), demoCampaign, store.Key{}, p.round.Psychometrics)
	return err
}

func (p *player) openScoring() error {
	_, err := p.db.OpenScoring(p.ctx, p.officer(), demoCampaign, 0)
	return err
}

// playedSheet is one sheet as it was first submitted.
type playedSheet struct {
	name  store.SheetName
	marks []selection.Mark
}

// sheets puts the ratings back on the sheets they were written on, with the
// marks as they were before moderation.
func (p *player) sheets() []playedSheet {
	var sheets []playedSheet
	ratings := slices.Clone(p.round.Ratings)
	slices.SortStableFunc(ratings, func(a, b selection.Rating) int {
		return cmp.Or(cmp.Compare(a.Rater, b.Rater), cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Exercise, b.Exercise))
	})
	for _, m := range ratings {
		name := store.SheetName{Rater: m.Rater, Candidate: m.Candidate, Exercise: m.Exercise}
		if n := len(sheets); n == 0 || sheets[n-1].name != name {
			sheets = append(sheets, playedSheet{name: name})
		}
		s := &sheets[len(sheets)-1]
		s.marks = append(s.marks, firstMark(m))
	}
	return sheets
}

func firstMark(m selection.Rating) selection.Mark {
	if len(m.Revisions) > 0 {
		first := m.Revisions[0]
		return selection.Mark{Criterion: m.Criterion, Score: first.Score, NotObserved: first.NotObserved, Evidence: first.Evidence}
	}
	return finalMark(m)
}

func finalMark(m selection.Rating) selection.Mark {
	mark := selection.Mark{Criterion: m.Criterion, NotObserved: !m.Observed, Evidence: m.Evidence}
	if m.Observed {
		mark.Score = &m.Score
	}
	return mark
}

// last is the sheet that is held back until the late interest is declared: the
// marks are revealed with the last one, and the declaration came before that.
func last(sheets []playedSheet) playedSheet { return sheets[0] }

func (p *player) score() error {
	for _, s := range p.sheets()[1:] {
		if err := p.submit(s); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) finishScoring() error { return p.submit(last(p.sheets())) }

func (p *player) submit(s playedSheet) error {
	rater := p.seats[s.name.Rater]
	saved, err := p.db.SaveSheet(p.ctx, rater, demoCampaign, s.name, 0, s.marks)
	if err != nil {
		return err
	}
	_, err = p.db.SubmitSheet(p.ctx, rater, demoCampaign, s.name, saved.Version, store.Key{}, nil)
	return err
}

// declareLate is R7, who once supervised C01 and says so after marking.
func (p *player) declareLate() error {
	_, err := p.db.DeclareInterest(p.ctx, p.seats["R7"], demoCampaign, store.Key{}, selection.Interest{
		Candidate: "C01", Nature: selection.Supervised, Details: "I was C01's educational supervisor for a year and recognised it from an answer.",
	})
	if err != nil {
		return err
	}
	_, err = p.db.JudgeInterest(p.ctx, p.officer(), demoCampaign, "R7", "C01", selection.MarksWithdrawn,
		"Declared after marking. R7 is not a core member; the marks for C01 are set aside and kept on record.")
	return err
}

func (p *player) moderate() error {
	for _, m := range p.round.Ratings {
		for i, was := range m.Revisions {
			to := finalMark(m)
			if i+1 < len(m.Revisions) {
				next := m.Revisions[i+1]
				to.Score, to.NotObserved, to.Evidence = next.Score, next.NotObserved, next.Evidence
			}
			name := store.SheetName{Rater: m.Rater, Candidate: m.Candidate, Exercise: m.Exercise}
			if _, err := p.db.ReviseMark(p.ctx, p.seats[m.Rater], demoCampaign, name, 0, store.Key{}, to, was.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *player) closeModeration() error {
	chair, ok := p.seats[p.round.Campaign.ChairRater()]
	if !ok {
		return fault.New(fault.Internal, "nobody sits in the chair")
	}
	if _, err := p.db.CloseModeration(p.ctx, chair, demoCampaign, 0); err != nil {
		return fmt.Errorf("close moderation: %w", err)
	}
	return nil
}
