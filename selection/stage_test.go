package selection_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

func sifting(c selection.Campaign) selection.Campaign {
	sift := selection.Exercise{Code: "application", Method: selection.Portfolio, Criteria: []string{"safety.a", "kindness.a"}, Stage: selection.StageSift}
	c.Exercises = append([]selection.Exercise{sift}, c.Exercises...)
	return c
}

// Whatever the sift says, the ranking is the same to the byte, save that its
// inputs are others.
func TestASiftIsNoPartOfTheRanking(t *testing.T) {
	plain := round("C1", "C2", "C3")
	for i, rater := range []string{"R1", "R2", "R3"} {
		mark(&plain, "C1", rater, 5, 4, 6)
		mark(&plain, "C2", rater, 4, float64(3+i), 5)
		mark(&plain, "C3", rater, 6, 5, float64(2+i))
	}
	sifted := plain
	sifted.Campaign = sifting(plain.Campaign)
	sifted.Candidates = append(slices.Clone(plain.Candidates), selection.Candidate{Code: "C0", Shortlisted: selection.No}, selection.Candidate{Code: "C9"})
	sifted.Ratings = slices.Clone(plain.Ratings)
	for i, candidate := range []string{"C0", "C1", "C2", "C3", "C9"} {
		for _, criterion := range []string{"safety.a", "kindness.a"} {
			sifted.Ratings = append(sifted.Ratings, selection.Rating{Candidate: candidate, Rater: "R1", Exercise: "application", Criterion: criterion, Observed: true, Score: float64(7 - i)})
		}
	}
	want, got := rank(t, plain), rank(t, sifted)
	if want.Inputs == got.Inputs {
		t.Error("the sift is no part of the inputs' hash")
	}
	want.Inputs = got.Inputs
	if a, b := encode(t, want), encode(t, got); a != b {
		t.Errorf("the sift changed the ranking:\n%s\n%s", a, b)
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A plan that names the stage that it has anyway is the same plan.
func TestAssessmentIsTheStageOfAnExerciseThatNamesNone(t *testing.T) {
	named := campaign()
	named.Exercises = slices.Clone(named.Exercises)
	named.Exercises[0].Stage = selection.StageAssessment
	if named.Locked(framework()) != campaign().Locked(framework()) {
		t.Error("another plan")
	}
	if sifting(campaign()).Locked(framework()) == campaign().Locked(framework()) {
		t.Error("a sift is no part of the plan")
	}
}

func TestStagesAreJudged(t *testing.T) {
	wrong := campaign()
	wrong.Exercises = []selection.Exercise{{Code: "a", Method: selection.Portfolio, Criteria: []string{"safety.a"}, Stage: "longlist"}}
	if err := wrong.Validate(framework()); err == nil || !strings.Contains(fields(err), "exercises[0].stage") {
		t.Errorf("%v", err)
	}
	wrong.Exercises[0].Stage = selection.StageSift
	if err := wrong.Validate(framework()); err == nil {
		t.Error("a plan with nothing but a sift is allowed")
	}
	plan := sifting(campaign())
	plan.Exercises[0].Method = selection.PersonalStatement
	warnings := strings.Join(plan.Warnings(framework()), "\n")
	for _, words := range []string{"do not enter the ranking", "personal statement", "does not predict"} {
		if !strings.Contains(warnings, words) {
			t.Errorf("no warning says %q: %s", words, warnings)
		}
	}
	// A value that the sift alone sees cannot be ranked by.
	plan.Exercises[0].Criteria = []string{"leading.a"}
	plan.Exercises[1].Criteria = []string{"safety.a", "kindness.a"}
	_, err := selection.Progress{Phase: selection.Draft}.OpenScoring(time.Now(), plan, framework(), frameworks.Published, []selection.Candidate{{Code: "C1"}})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fields(err), "leading") {
		t.Errorf("%v", err)
	}
}

func fields(err error) (all string) {
	for _, f := range fault.FieldsOf(err) {
		all += f.String() + "\n"
	}
	return all
}

func TestASiftTakesTwoPhasesMore(t *testing.T) {
	now := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
	seen := []selection.Candidate{{Code: "C1"}, {Code: "C2"}}
	p, err := selection.Progress{Phase: selection.Draft}.OpenScoring(now, sifting(campaign()), framework(), frameworks.Published, seen)
	if err != nil || p.Phase != selection.Sift {
		t.Fatal(p.Phase, err)
	}
	if _, err := p.LockShortlist(now, seen); !fault.Is(err, fault.Conflict) {
		t.Errorf("the shortlist is locked while the sift is marked: %v", err)
	}
	if _, err := p.Reveal(now, 1, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("the sift is closed without a reason: %v", err)
	}
	p, err = p.Reveal(now, 1, "called away")
	if err != nil || p.Phase != selection.Shortlisting || p.Revealed() || !p.SiftRevealed() || p.RevealedAt != nil || p.SiftRevealReason != "called away" {
		t.Fatalf("%+v, %v", p, err)
	}
	if _, err := p.Reveal(now, 0, "again"); !fault.Is(err, fault.Conflict) {
		t.Errorf("revealed while shortlisting: %v", err)
	}
	for name, list := range map[string][]selection.Candidate{
		"nobody has said of C2": {{Code: "C1", Shortlisted: selection.Yes}, {Code: "C2"}},
		"nobody is shortlisted": {{Code: "C1", Shortlisted: selection.No}, {Code: "C2", Withdrawn: true}},
	} {
		if _, err := p.LockShortlist(now, list); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err = p.LockShortlist(now, []selection.Candidate{{Code: "C1", Shortlisted: selection.Yes}, {Code: "C2", Withdrawn: true}})
	if err != nil || p.Phase != selection.Scoring || p.Revealed() || p.ShortlistedAt == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	if p, err = p.Reveal(now, 0, ""); err != nil || p.Phase != selection.Moderation {
		t.Fatalf("%+v, %v", p, err)
	}
}

func TestMeansOfTheSift(t *testing.T) {
	sift := func(candidate string, observed, withdrawn bool, score float64) selection.Rating {
		return selection.Rating{Candidate: candidate, Observed: observed, Withdrawn: withdrawn, Score: score}
	}
	means := selection.SiftMeans([]selection.Candidate{{Code: "C1"}, {Code: "C2"}}, []selection.Rating{
		sift("C1", true, false, 5), sift("C1", true, false, 2), sift("C1", false, false, 0), sift("C1", true, true, 1), sift("C2", false, false, 0),
	})
	one, two := means[0], means[1]
	if *one.Mean != 3.5 || *one.Low != 2 || *one.High != 5 || one.Marks != 2 || one.NotObserved != 1 {
		t.Errorf("%+v", one)
	}
	if two.Mean != nil || two.Low != nil || two.Marks != 0 || two.NotObserved != 1 {
		t.Errorf("not observed is told as %+v", two)
	}
}

func TestAShortlistIsJudged(t *testing.T) {
	candidates := []selection.Candidate{{Code: "C1"}, {Code: "C2", Withdrawn: true}, {Code: "C3", Interviewed: selection.Yes}}
	for name, lines := range map[string][]selection.Shortlisted{
		"nobody": nil, "a stranger": {{Candidate: "C9", Shortlisted: true}}, "whoever withdrew": {{Candidate: "C2", Shortlisted: true}},
		"twice": {{Candidate: "C1", Shortlisted: true}, {Candidate: "C1", Shortlisted: true}}, "a no without a reason": {{Candidate: "C1", Reason: " "}},
		"whoever was interviewed": {{Candidate: "C3", Reason: "no audit"}},
		"two lines":               {{Candidate: "C1", Reason: "one\ntwo"}}, "too long": {{Candidate: "C1", Reason: strings.Repeat("x", 301)}},
	} {
		if err := selection.CheckShortlist(lines, candidates); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := selection.CheckShortlist([]selection.Shortlisted{{Candidate: "C1", Reason: "no audit"}}, candidates); err != nil {
		t.Error(err)
	}
}
