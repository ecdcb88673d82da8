package selection_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

func scoreOf(x float64) *float64 { return &x }

func scored(criterion string, score float64) selection.Mark {
	return selection.Mark{Criterion: criterion, Score: &score}
}

func unobserved(criterion string) selection.Mark {
	return selection.Mark{Criterion: criterion, NotObserved: true}
}

// empty is a new sheet of the handover: safety.b, kindness.b, safety.a.
func empty() selection.Sheet {
	return selection.NewSheet("C1", "R1", campaign().Exercises[1])
}

func filled(t *testing.T) selection.Sheet {
	t.Helper()
	s, err := empty().Save([]selection.Mark{scored("safety.b", 4), scored("kindness.b", 5), unobserved("safety.a")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func submitted(t *testing.T) selection.Sheet {
	t.Helper()
	s, err := filled(t).Submit(framework().Scale)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func withdrawn(t *testing.T) selection.Sheet {
	t.Helper()
	s, err := submitted(t).Withdraw()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewSheet(t *testing.T) {
	want := selection.Sheet{
		Candidate: "C1", Exercise: "handover", Rater: "R1", State: selection.SheetDraft, Version: 1,
		Marks: []selection.Mark{{Criterion: "safety.b"}, {Criterion: "kindness.b"}, {Criterion: "safety.a"}},
	}
	if diff := cmp.Diff(want, empty()); diff != "" {
		t.Error(diff)
	}
}

func TestSaveKeepsWhatIsLeftOut(t *testing.T) {
	first := filled(t)
	second, err := first.Save([]selection.Mark{{Criterion: "kindness.b", Score: scoreOf(99), NotObserved: true, Evidence: "Half a sentence"}})
	if err != nil {
		t.Fatal(err)
	}
	want := first
	want.Version = 3
	want.Marks = []selection.Mark{scored("safety.b", 4), {Criterion: "kindness.b", Score: scoreOf(99), NotObserved: true, Evidence: "Half a sentence"}, unobserved("safety.a")}
	if diff := cmp.Diff(want, second); diff != "" {
		t.Errorf("what was typed is not what was saved: %s", diff)
	}
	if diff := cmp.Diff(scored("kindness.b", 5), first.Marks[1]); diff != "" {
		t.Errorf("saving changed the sheet that was saved before: %s", diff)
	}
}

func TestSaveRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		marks []selection.Mark
		want  []string
	}{
		{"nothing", nil, nil},
		{"a criterion of another exercise", []selection.Mark{scored("leading.a", 4)}, []string{`marks[0].criterion: "leading.a" is not marked in handover`}},
		{"one criterion twice", []selection.Mark{scored("safety.a", 4), scored("safety.a", 5)}, []string{"marks[1].criterion: safety.a is there twice"}},
		{"no number", []selection.Mark{scored("safety.a", math.NaN())}, []string{"marks[0].score: is not a number"}},
		{"an endless note", []selection.Mark{{Criterion: "safety.a", Evidence: strings.Repeat("é", 4001)}}, []string{"marks[0].evidence: is longer than 4000 characters; shorten the note"}},
		{"a long note", []selection.Mark{{Criterion: "safety.a", Evidence: strings.Repeat("é", 4000)}}, nil},
		{"NUL", []selection.Mark{{Criterion: "safety.a", Evidence: "a\x00"}}, []string{"marks[0].evidence: has a NUL character; remove it"}},
		{"all at once", []selection.Mark{scored("x", 1), scored("safety.a", math.Inf(1)), {Criterion: "safety.a", Evidence: "\x00"}}, []string{
			`marks[0].criterion: "x" is not marked in handover`, "marks[1].score: is not a number", "marks[2].criterion: safety.a is there twice", "marks[2].evidence: has a NUL character; remove it",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := filled(t)
			after, err := before.Save(c.marks)
			if diff := cmp.Diff(c.want, complaints(t, err)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, after); c.want != nil && diff != "" {
				t.Errorf("a refused save changed the sheet: %s", diff)
			}
		})
	}
}

func TestSubmit(t *testing.T) {
	want := filled(t)
	want.State, want.Version = selection.SheetSubmitted, 3
	if diff := cmp.Diff(want, submitted(t)); diff != "" {
		t.Error(diff)
	}
}

func TestSubmitRefuses(t *testing.T) {
	s, err := empty().Save([]selection.Mark{scored("safety.b", 8), {Criterion: "kindness.b", Score: scoreOf(4), NotObserved: true}})
	if err != nil {
		t.Fatal(err)
	}
	after, err := s.Submit(framework().Scale)
	if diff := cmp.Diff([]string{
		"marks[0].score: safety.b: score 8 is outside 1–7",
		"marks[1].score: kindness.b has a score and says it was not observed; choose one",
		"marks[2].score: safety.a has no score; give one, or say that it was not observed",
	}, complaints(t, err)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(s, after); diff != "" {
		t.Errorf("a refused submission changed the sheet: %s", diff)
	}
	if s, err = s.Save([]selection.Mark{scored("safety.b", 4.5), scored("kindness.b", 4), scored("safety.a", 4)}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Submit(framework().Scale)
	if diff := cmp.Diff([]string{"marks[0].score: safety.b: score 4.5 is not on the scale: 1, 2, … 7"}, complaints(t, err)); diff != "" {
		t.Error(diff)
	}
	if _, err = s.Submit(frameworks.Scale{Min: 1, Max: 7, Step: 0.5}); err != nil {
		t.Errorf("on a scale of halves: %v", err)
	}
}

func TestReviseKeepsWhatWasThere(t *testing.T) {
	s := submitted(t)
	once, err := s.Revise(selection.Mark{Criterion: "kindness.b", Score: scoreOf(3), Evidence: "On reflection."}, "heard wrongly", framework().Scale)
	if err != nil {
		t.Fatal(err)
	}
	forged := unobserved("kindness.b")
	forged.Revisions = []selection.Revision{{Reason: "invented"}}
	twice, err := once.Revise(forged, "not seen after all", framework().Scale)
	if err != nil {
		t.Fatal(err)
	}
	want := submitted(t)
	want.Version = 5
	want.Marks[1] = selection.Mark{Criterion: "kindness.b", NotObserved: true, Revisions: []selection.Revision{
		{Score: scoreOf(5), Reason: "heard wrongly"}, {Score: scoreOf(3), Evidence: "On reflection.", Reason: "not seen after all"},
	}}
	if diff := cmp.Diff(want, twice); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(submitted(t), s); diff != "" {
		t.Errorf("a revision changed the sheet that was revised: %s", diff)
	}
	if len(once.Marks[1].Revisions) != 1 {
		t.Errorf("a later revision changed an earlier sheet: %+v", once.Marks[1])
	}
}

func TestReviseRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		mark   selection.Mark
		reason string
		want   []string
	}{
		{"no reason", scored("safety.b", 5), " ", []string{"reason: is empty"}},
		{"an endless reason", scored("safety.b", 5), strings.Repeat("x", 4001), []string{"reason: is longer than 4000 characters"}},
		{"a criterion of another exercise", scored("leading.a", 5), "heard wrongly", []string{`criterion: "leading.a" is not marked in handover`}},
		{"off the scale", scored("safety.b", 8), "heard wrongly", []string{"score: safety.b: score 8 is outside 1–7"}},
		{"neither score nor not observed", selection.Mark{Criterion: "safety.b"}, "heard wrongly", []string{"score: safety.b has no score; give one, or say that it was not observed"}},
		{"both", selection.Mark{Criterion: "safety.b", Score: scoreOf(4), NotObserved: true}, "heard wrongly", []string{"score: safety.b has a score and says it was not observed; choose one"}},
		{"an endless note", selection.Mark{Criterion: "safety.b", Score: scoreOf(4), Evidence: strings.Repeat("x", 4001)}, "heard wrongly", []string{"evidence: is longer than 4000 characters; shorten the note"}},
		{"NUL", selection.Mark{Criterion: "safety.b", Score: scoreOf(4), Evidence: "\x00"}, "a\x00", []string{"reason: has a NUL character; remove it", "evidence: has a NUL character; remove it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := submitted(t)
			after, err := before.Revise(c.mark, c.reason, framework().Scale)
			if diff := cmp.Diff(c.want, complaints(t, err)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("a refused revision changed the sheet: %s", diff)
			}
		})
	}
}

// Every state by every action: a draft is saved and submitted, a submitted
// sheet is revised and withdrawn, a withdrawn one stays as it is.
func TestSheetStates(t *testing.T) {
	sheets := map[selection.SheetState]func(*testing.T) selection.Sheet{
		selection.SheetDraft: filled, selection.SheetSubmitted: submitted, selection.SheetWithdrawn: withdrawn,
	}
	actions := map[string]struct {
		in, to selection.SheetState
		do     func(selection.Sheet) (selection.Sheet, error)
	}{
		"save":   {selection.SheetDraft, selection.SheetDraft, func(s selection.Sheet) (selection.Sheet, error) { return s.Save(nil) }},
		"submit": {selection.SheetDraft, selection.SheetSubmitted, func(s selection.Sheet) (selection.Sheet, error) { return s.Submit(framework().Scale) }},
		"revise": {selection.SheetSubmitted, selection.SheetSubmitted, func(s selection.Sheet) (selection.Sheet, error) {
			return s.Revise(scored("safety.b", 5), "heard wrongly", framework().Scale)
		}},
		"withdraw": {selection.SheetSubmitted, selection.SheetWithdrawn, func(s selection.Sheet) (selection.Sheet, error) { return s.Withdraw() }},
	}
	for state, make := range sheets {
		for name, action := range actions {
			t.Run(name+" when "+string(state), func(t *testing.T) {
				before := make(t)
				after, err := action.do(before)
				if state == action.in {
					if err != nil || after.State != action.to || after.Version != before.Version+1 {
						t.Errorf("error %v, %s, version %d after %d", err, after.State, after.Version, before.Version)
					}
					return
				}
				if diff := cmp.Diff(before, after); !fault.Is(err, fault.Conflict) || diff != "" {
					t.Errorf("error %v%s", err, diff)
				}
			})
		}
	}
}

func TestWithdrawKeepsTheMarks(t *testing.T) {
	if diff := cmp.Diff(submitted(t).Marks, withdrawn(t).Marks); diff != "" {
		t.Error(diff)
	}
}
