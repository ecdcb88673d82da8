package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

// world is a trust with an officer, a framework owner and three members.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	trust   store.Trust
	officer store.Actor
	owner   store.Actor
	members map[string]store.Actor // by rater
}

func newWorld(t *testing.T) *world {
	t.Helper()
	database := server.Database(t)
	w := &world{t: t, ctx: t.Context(), db: database.Open(t), members: map[string]store.Actor{}}
	trust, err := database.OpenOwner(t).CreateTrust(w.ctx, "northgate", "Northgate", false)
	w.must(err)
	w.trust = trust
	w.officer = w.person("officer", access.RecruitmentOfficer)
	w.owner = w.person("owner", access.FrameworkOwner)
	for _, rater := range []string{"R1", "R2", "R3"} {
		w.members[rater] = w.person("member-" + rater)
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) person(username string, roles ...access.Role) store.Actor {
	w.t.Helper()
	p, err := w.db.AddPerson(w.ctx, store.Operator(w.trust.ID), store.Key{}, store.Person{Username: username, DisplayName: username, Roles: roles})
	w.must(err)
	return store.Actor{Trust: w.trust.ID, Person: p.ID, Roles: roles}
}

func (w *world) framework() frameworks.Framework {
	f := frameworks.Framework{Code: "values", Version: 1, Title: "Values", Scale: frameworks.Scale{Min: 1, Max: 7, Step: 1}}
	for _, code := range []string{"safety", "kindness"} {
		f.Dimensions = append(f.Dimensions, frameworks.Dimension{
			Code: code, Kind: frameworks.Value, Title: code, Weight: frameworks.Fixed(50),
			Criteria: []frameworks.Criterion{{Code: code + ".a", Statement: "Does a", Anchors: frameworks.Anchors{{Score: 1, Text: "no"}, {Score: 4, Text: "some"}, {Score: 7, Text: "all"}}}},
		})
	}
	return f
}

func (w *world) campaign() selection.Campaign {
	return selection.Campaign{
		Code: "CARD-1", Title: "Consultant", Post: selection.Post{Type: selection.Consultant, Posts: 1},
		Exercises: []selection.Exercise{{Code: "interview", Method: selection.StructuredInterview, Criteria: []string{"safety.a", "kindness.a"}}},
		Rank:      selection.RankRule{Rule: selection.PanelMean, Ties: []string{"safety"}},
		Panel:     []selection.Member{{Rater: "R1", Role: selection.LayChair}, {Rater: "R2", Role: selection.PlainMember}, {Rater: "R3", Role: selection.PlainMember}},
	}
}

// scoring opens scoring of a campaign with two candidates.
func (w *world) scoring() {
	w.t.Helper()
	_, err := w.db.CreateFramework(w.ctx, w.owner, store.Key{}, w.framework())
	w.must(err)
	_, err = w.db.PublishFramework(w.ctx, w.owner, "values", 1, 0)
	w.must(err)
	_, err = w.db.CreateCampaign(w.ctx, w.officer, store.Key{}, store.NewCampaign{Framework: "values", Version: 1, Document: w.campaign()})
	w.must(err)
	for rater := range w.members {
		_, err = w.db.FillSeat(w.ctx, w.officer, "CARD-1", rater, "member-"+rater)
		w.must(err)
	}
	_, err = w.db.AddCandidates(w.ctx, w.officer, "CARD-1", store.Key{}, []selection.Candidate{{Code: "C1", Interviewed: selection.Yes}, {Code: "C2", Interviewed: selection.Yes}})
	w.must(err)
	_, err = w.db.OpenScoring(w.ctx, w.officer, "CARD-1", 0)
	w.must(err)
}

func mark(criterion string, score float64) selection.Mark {
	return selection.Mark{Criterion: criterion, Score: &score, Evidence: "seen at minute 3"}
}

func (w *world) submit(rater, candidate string, safety, kindness float64) store.Receipt {
	w.t.Helper()
	receipt, err := w.db.SubmitSheet(w.ctx, w.members[rater], "CARD-1", store.SheetName{Rater: rater, Candidate: candidate, Exercise: "interview"}, 0,
		store.Key{Key: rater + candidate}, []selection.Mark{mark("safety.a", safety), mark("kindness.a", kindness)})
	w.must(err)
	return receipt
}

func TestCampaignFromDraftToDecision(t *testing.T) {
	w := newWorld(t)
	w.scoring()
	for i, rater := range []string{"R1", "R2", "R3"} {
		w.submit(rater, "C1", 6, 5)
		w.submit(rater, "C2", float64(3+i), 4)
	}
	c, err := w.db.Campaign(w.ctx, w.officer, "CARD-1")
	w.must(err)
	if c.Progress.Phase != selection.Moderation {
		t.Fatalf("phase after the last sheet: %s", c.Progress.Phase)
	}
	_, err = w.db.ReviseMark(w.ctx, w.members["R1"], "CARD-1", store.SheetName{Rater: "R1", Candidate: "C2", Exercise: "interview"}, 0, store.Key{}, mark("safety.a", 4), "heard wrongly")
	w.must(err)
	_, err = w.db.CloseModeration(w.ctx, w.members["R1"], "CARD-1", 0)
	w.must(err)
	run, err := w.db.Rank(w.ctx, w.officer, "CARD-1", selection.DefaultSettings())
	w.must(err)
	ranking, err := run.Ranking()
	w.must(err)
	if got := ranking.Candidates[0].Candidate; got != "C1" {
		t.Fatalf("first is %s", got)
	}
	_, err = w.db.Decide(w.ctx, w.officer, "CARD-1", store.Key{}, selection.Decision{
		Findings:  []selection.Finding{{Candidate: "C1", Appointable: true}, {Candidate: "C2", Appointable: true}},
		Appointed: []string{"C1"}, Justification: "best marks"})
	w.must(err)
	round, err := w.db.Export(w.ctx, w.officer, "CARD-1")
	w.must(err)
	if n := len(round.Ratings); n != 12 {
		t.Fatalf("%d ratings", n)
	}
	if round.Hash() != ranking.Inputs {
		t.Fatal("the exported round has another hash than the ranked one")
	}
	second, err := w.db.AuditEvents(w.ctx, store.Operator(w.trust.ID), uuid.Nil, 100)
	w.must(err)
	fmt.Println(len(second))
}
