package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// samplePrior is in an order and a spelling of its own, to be kept.
const samplePrior = `{"scale":{"max":7,"min":1}, "dimensions":["kindness","safety"],
 "components":{"residual":0.60,"candidate":[[0.250,0.1],[0.1,0.25]],"candidate:exercise":0.1,"candidate:rater":0.1,"rater":0.2,"rater:dimension":0.05}}`

// round is a round that was scored elsewhere, with all that a round can hold:
// a mark not observed, a mark moderated twice, marks withdrawn, a result, a
// candidate not seen, a prior.
func (w *world) round() selection.Round {
	two := 2.0
	r := selection.Round{Framework: w.framework(), Campaign: w.plan().WithDefaults(), Prior: json.RawMessage(samplePrior)}
	r.Candidates = []selection.Candidate{
		{Code: "C1", Applied: selection.Yes, Shortlisted: selection.Yes, Interviewed: selection.Yes},
		{Code: "C2", Interviewed: selection.Yes, Appointable: selection.No},
		{Code: "C3", Shortlisted: selection.No},
		{Code: "C4", Withdrawn: true},
	}
	for i, rater := range []string{"R1", "R2", "R3"} {
		for j, candidate := range []string{"C1", "C2"} {
			for k, criterion := range []string{"safety.a", "kindness.a"} {
				r.Ratings = append(r.Ratings, selection.Rating{
					Candidate: candidate, Rater: rater, Exercise: "interview", Criterion: criterion,
					Observed: true, Score: float64(3 + (i+2*j+k)%4), Evidence: "naïve “quotes”; " + rater,
					Withdrawn: rater == "R3" && candidate == "C2",
				})
			}
		}
	}
	r.Ratings[0].Observed, r.Ratings[0].Score = false, 0
	r.Ratings[1].Revisions = []selection.Revision{{Score: &two, Evidence: "first", Reason: "misheard"}, {NotObserved: true, Reason: "heard after all"}}
	r.Psychometrics = results()
	r.Psychometrics[1].TakenOn = ""
	return r
}

func (w *world) importRound(r selection.Round) store.Campaign {
	w.t.Helper()
	c, err := w.db.Import(w.ctx, w.officer, store.Key{}, r)
	w.must(err)
	return c
}

func (w *world) ranking() string {
	w.t.Helper()
	run, err := w.db.Rank(w.ctx, w.officer, code, selection.DefaultSettings())
	w.must(err)
	return string(run.Result)
}

func TestAnImportedRoundIsTheSameRound(t *testing.T) {
	newTrust := trusts(t)
	t.Run("from another trust", func(t *testing.T) {
		a := newTrust(t)
		b := trustIn(t, a.database, a.db, "another")
		a.everything()
		round, err := a.db.Export(a.ctx, a.officer, code)
		a.must(err)
		imported := b.importRound(round)
		b.equal([]any{imported.Progress.Phase, imported.Progress.ImportedFromHash}, []any{selection.Deciding, round.Hash()})
		again, err := b.db.Export(b.ctx, b.officer, code)
		b.must(err)
		b.equal(again, round)
		a.equal(b.ranking(), a.ranking())
		b.dense()
	})
	t.Run("whatever the order of its rows", func(t *testing.T) {
		w := newTrust(t)
		r := w.round()
		rand.Shuffle(len(r.Ratings), func(i, j int) { r.Ratings[i], r.Ratings[j] = r.Ratings[j], r.Ratings[i] })
		slices.Reverse(r.Candidates)
		slices.Reverse(r.Campaign.Panel)
		slices.Reverse(r.Psychometrics)
		w.importRound(r)
		back, err := w.db.Export(w.ctx, w.officer, code)
		w.must(err)
		w.equal(back, w.round().Canonical())
		files, err := selection.Rank(w.ctx, w.round(), selection.DefaultSettings())
		w.must(err)
		w.equal(w.ranking(), string(files.JSON()))
	})
}

// Any valid round that was scored goes in and comes out with its hash.
func TestImportAndExportKeepTheHash(t *testing.T) {
	w := newWorld(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		r := w.round()
		r.Campaign.Code = fmt.Sprintf("ANY-%d", n)
		if rapid.Bool().Draw(t, "no prior") {
			r.Prior = nil
		}
		text := rapid.StringOf(rapid.RuneFrom([]rune("aé”\n\t,;\"'\\\U0001F600"))) // no NUL: PostgreSQL takes none
		answers := rapid.SampledFrom([]selection.Answer{selection.NotKnown, selection.Yes, selection.No})
		for i := range r.Candidates {
			c := &r.Candidates[i]
			c.Applied, c.Interviewed, c.Withdrawn = selection.Yes, answers.Draw(t, "interviewed"), rapid.Bool().Draw(t, "withdrawn")
			c.Shortlisted = selection.NotKnown
		}
		asideSheets := map[string]bool{}
		for i := range r.Ratings {
			m := &r.Ratings[i]
			m.Observed, m.Score, m.Revisions = rapid.Bool().Draw(t, "observed"), 0, nil
			if m.Observed {
				m.Score = float64(rapid.IntRange(1, 7).Draw(t, "score"))
			}
			m.Evidence = text.Draw(t, "evidence")
			of := m.Rater + m.Candidate
			if _, known := asideSheets[of]; !known {
				asideSheets[of] = rapid.Bool().Draw(t, "aside")
			}
			m.Withdrawn = asideSheets[of]
			for range rapid.IntRange(0, 2).Draw(t, "revisions") {
				was := selection.Revision{NotObserved: true, Evidence: text.Draw(t, "former"), Reason: "because"}
				if rapid.Bool().Draw(t, "seen") {
					score := float64(rapid.IntRange(1, 7).Draw(t, "was"))
					was.Score, was.NotObserved = &score, false
				}
				m.Revisions = append(m.Revisions, was)
			}
		}
		r.Ratings = r.Ratings[:rapid.IntRange(1, len(r.Ratings)).Draw(t, "ratings")]
		r.Psychometrics = r.Psychometrics[:rapid.IntRange(0, 2).Draw(t, "results")]
		for i := range r.Psychometrics {
			r.Psychometrics[i].Score = rapid.Float64Range(-1e6, 1e6).Draw(t, "result")
		}
		if _, err := w.db.Import(w.ctx, w.officer, store.Key{}, r); err != nil {
			t.Fatal(err)
		}
		back, err := w.db.Export(w.ctx, w.officer, r.Campaign.Code)
		if err != nil {
			t.Fatal(err)
		}
		if back.Hash() != r.Hash() {
			t.Fatalf("went in as\n%+v\nand came out as\n%+v", r.Canonical(), back)
		}
	})
}

// rows counts every table.
func (w *world) rows() map[string]int {
	w.t.Helper()
	counts := map[string]int{}
	for _, table := range tables(w.t, w.raw("postgres")) {
		counts[table] = w.count(`select count(*) from ` + table)
	}
	return counts
}

func TestABrokenRoundStoresNothing(t *testing.T) {
	w := newWorld(t)
	w.publish()
	w.importRound(w.round())
	before := w.rows()
	for _, c := range []struct {
		what   string
		kind   fault.Kind
		where  string
		damage func(*selection.Round)
	}{
		{"a mark off the scale", fault.Invalid, "ratings[3].score", func(r *selection.Round) { r.Ratings[3].Score = 8 }},
		{"a mark of nobody", fault.Invalid, "ratings[3].candidate", func(r *selection.Round) { r.Ratings[3].Candidate = "C9" }},
		{"a mark twice", fault.Invalid, "ratings[12].criterion", func(r *selection.Round) { r.Ratings = append(r.Ratings, r.Ratings[0]) }},
		{"a candidate twice", fault.Invalid, "candidates[4].candidate", func(r *selection.Round) { r.Candidates = append(r.Candidates, r.Candidates[0]) }},
		{"a result of an unknown scale", fault.Invalid, "psychometrics[0].instrument", func(r *selection.Round) { r.Psychometrics[0].Scale = "speed" }},
		{"a plan that does not fit", fault.Invalid, "campaign.exercises[0].criteria[0]", func(r *selection.Round) { r.Campaign.Exercises[0].Criteria = []string{"safety.z"} }},
		{"a sheet withdrawn in part", fault.Invalid, "ratings", func(r *selection.Round) { r.Ratings[0].Withdrawn = true }},
		// These the database alone refuses, when much is stored already.
		{"a NUL in a note", fault.Invalid, "", func(r *selection.Round) { r.Ratings[11].Evidence = "a\x00b" }},
		{"a note that is not UTF-8", fault.Invalid, "", func(r *selection.Round) { r.Ratings[11].Evidence = "a\xff" }},
		{"a revision without a reason", fault.Invalid, "", func(r *selection.Round) { r.Ratings[1].Revisions[0].Reason = " " }},
		{"a code that is taken", fault.Conflict, "", func(r *selection.Round) { r.Campaign.Code = code }},
		{"another framework of this name", fault.Conflict, "", func(r *selection.Round) { r.Framework.Title = "Others" }},
	} {
		t.Run(c.what, func(*testing.T) {
			r := w.round()
			r.Campaign.Code = "CARD-2"
			r.Framework.Version = 2 // so that the framework would be stored first
			if c.what == "another framework of this name" {
				r.Framework.Version = 1
			}
			c.damage(&r)
			_, err := w.db.Import(w.ctx, w.officer, store.Key{}, r)
			w.refused(err, c.kind)
			if c.where != "" {
				w.equal(places(err), []string{c.where})
			}
			w.equal(w.rows(), before)
		})
	}
}

func TestImport(t *testing.T) {
	newTrust := trusts(t)
	t.Run("twice", func(t *testing.T) {
		w := newTrust(t)
		w.importRound(w.round())
		_, err := w.db.Import(w.ctx, w.officer, store.Key{}, w.round())
		w.refused(err, fault.Conflict)
	})
	t.Run("without the right", func(t *testing.T) {
		w := newTrust(t)
		_, err := w.db.Import(w.ctx, w.owner, store.Key{}, w.round())
		w.refused(err, fault.Forbidden)
		w.importRound(w.round())
		_, err = w.db.Export(w.ctx, w.auditor, code)
		w.refused(err, fault.Forbidden)
	})
	t.Run("without marks is a draft", func(t *testing.T) {
		w := newTrust(t)
		r := w.round()
		r.Ratings = nil
		c := w.importRound(r)
		w.equal([]any{c.Progress.Phase, c.Progress.ImportedFromHash}, []any{selection.Draft, ""})
		w.sit(r.Campaign)
		w.open()
		_, err := w.db.Results(w.ctx, w.officer, code)
		w.refused(err, fault.Conflict) // sealed like those entered here
		w.submit("R1", "C1", 6, 5)
		w.dense()
	})
	t.Run("with marks is final", func(t *testing.T) {
		w := newTrust(t)
		w.importRound(w.round())
		_, err := w.db.FillSeat(w.ctx, w.officer, code, "R1", "member-R1")
		w.refused(err, fault.Conflict)
		_, err = w.db.PutResults(w.ctx, w.officer, code, store.Key{}, results())
		w.refused(err, fault.Conflict)
		w.as(w.officer, code, func(f forger) {
			f.refuses("marks in a later transaction", insertScore, w.trust.ID, w.campaignID(), w.sheetID("R1", "C1"), w.memberID("R1"), "more")
			f.untouched("a mark changed later", `update scores set score = 1`)
			f.refuses("another prior", `update campaigns set prior = '{}'`)
		})
		sheet, err := w.db.Sheet(w.ctx, w.auditor, code, sheet("R3", "C2"))
		w.must(err)
		w.equal(sheet.State, selection.SheetWithdrawn)
	})
	t.Run("finds the framework", func(t *testing.T) {
		w := newTrust(t)
		w.publish()
		w.importRound(w.round())
		w.equal(w.count(`select count(*) from frameworks where trust_id = $1`, w.trust.ID), 1)
		_, err := w.db.RetireFramework(w.ctx, w.owner, "values", 1, 0)
		w.must(err)
		second := w.round()
		second.Campaign.Code = "CARD-2"
		_, err = w.db.Import(w.ctx, w.officer, store.Key{}, second)
		w.refused(err, fault.Conflict) // retired
		draft := w.framework()
		draft.Version = 2
		_, err = w.db.CreateFramework(w.ctx, w.owner, store.Key{}, draft)
		w.must(err)
		second.Framework = draft
		_, err = w.db.Import(w.ctx, w.officer, store.Key{}, second)
		w.refused(err, fault.Conflict) // a draft
	})
	t.Run("publishes a framework that it brings", func(t *testing.T) {
		w := newTrust(t)
		r := w.round()
		r.Framework.Dimensions[0].Criteria[0].Anchors = nil // not fit for publishing here, and yet what was scored by
		w.importRound(r)
		f, err := w.db.Framework(w.ctx, w.officer, "values", 1)
		w.must(err)
		w.equal([]any{f.Status, f.Hash}, []any{frameworks.Published, r.Framework.Hash()})
		w.dense()
	})
}

// More marks than one batch holds, so that a sheet lies on the border of two.
func TestImportInBatches(t *testing.T) {
	w := newWorld(t)
	r := w.round()
	template := r.Ratings[2:4]
	r.Candidates, r.Ratings, r.Psychometrics = nil, nil, nil
	for i := range 3400 {
		code := fmt.Sprintf("C%04d", i)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: code})
		for _, rater := range []string{"R1", "R2", "R3"} {
			for _, m := range template {
				m.Candidate, m.Rater, m.Evidence = code, rater, ""
				r.Ratings = append(r.Ratings, m)
			}
		}
	}
	w.importRound(r)
	back, _, err := w.db.Round(w.ctx, w.officer, code)
	w.must(err)
	w.equal(len(back.Ratings), 20_400)
	w.equal(back.Hash(), r.Hash())
}
