package selection_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/monitoring"
	"appointable/selection/suppression"
)

// auditedCandidate is a candidate of an invented trust.
type auditedCandidate struct {
	person selection.AuditedPerson
	marks  []selection.AuditedMark
}

// auditedTrust is a trust that a test invents: campaigns, and candidates by
// campaign.
type auditedTrust struct {
	campaigns  []selection.AuditedCampaign
	candidates [][]auditedCandidate
}

var auditedDimensions = map[string]string{"safety.speaks-up": "safety", "safety.listens": "safety", "kindness.thanks": "kindness", "kindness.asks": "kindness"}

// invent makes n small campaigns in which ethnicities D to S lose gap marks in
// the exercise handover, and nowhere else.
func invent(n int, gap float64, seed uint64) (u auditedTrust) {
	random := rand.New(rand.NewPCG(seed, 7))
	for c := range n {
		u.campaigns = append(u.campaigns, selection.AuditedCampaign{
			Code: fmt.Sprintf("CARD-%03d", c), Post: selection.Consultant, Decided: fmt.Sprintf("%d-%02d-10", 2023+c%3, 1+c%12),
			Framework: "values", Low: 1, High: 7, Dimensions: auditedDimensions,
		})
		var candidates []auditedCandidate
		panel := random.Perm(16)[:4]
		for range 6 {
			candidates = append(candidates, inventCandidate(random, panel, gap))
		}
		u.candidates = append(u.candidates, candidates)
	}
	return u
}

func inventCandidate(random *rand.Rand, panel []int, gap float64) auditedCandidate {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	ethnicity := pick("A", "A", "C", "D", "H", "Z")
	k := auditedCandidate{person: selection.AuditedPerson{
		Answers: monitoring.Answers(fmt.Sprintf("ethnicity=%s sex=%s", ethnicity, pick("female", "male"))),
		Applied: selection.Yes, Shortlisted: selection.Yes, Interviewed: selection.Yes, Appointable: selection.YesNo(random.Float64() < .6),
	}}
	ability := random.NormFloat64() * .4
	for seat, assessor := range panel {
		for _, exercise := range []string{"handover", "interview", "ward"} {
			for _, criterion := range []string{"kindness.asks", "kindness.thanks", "safety.listens", "safety.speaks-up"} {
				y := 4.3 + ability + .8*random.NormFloat64()
				if exercise == "handover" && strings.Contains("DH", ethnicity) {
					y -= gap
				}
				score := math.Round(min(7, max(1, y)))
				k.marks = append(k.marks, selection.AuditedMark{
					Seat: fmt.Sprintf("R%d", seat), Assessor: fmt.Sprintf("A%d", assessor), Exercise: exercise, Criterion: criterion, Score: score, Submitted: score,
				})
			}
		}
	}
	return k
}

// inputs puts the trust in as it stands, or shuffled and with other codes for
// assessors.
func (u auditedTrust) inputs(shuffle *rand.Rand) *selection.FairnessInputs {
	in := &selection.FairnessInputs{}
	order := func(n int) []int {
		if shuffle != nil {
			return shuffle.Perm(n)
		}
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		return list
	}
	for _, c := range order(len(u.campaigns)) {
		campaign := in.AddCampaign(u.campaigns[c])
		for _, i := range order(len(u.candidates[c])) {
			k := u.candidates[c][i]
			k.person.Campaign = campaign
			in.AddPerson(k.person)
		}
		for _, i := range order(len(u.candidates[c])) {
			k := u.candidates[c][i]
			person := in.AddMarked(campaign, k.person.Answers)
			for _, j := range order(len(k.marks)) {
				m := k.marks[j]
				m.Person = person
				if shuffle != nil {
					m.Assessor = "other " + m.Assessor
				}
				in.AddMark(m)
			}
		}
	}
	return in
}

func auditOf(t *testing.T, in *selection.FairnessInputs, policy *suppression.Policy) selection.FairnessAudit {
	t.Helper()
	period := &fairness.Period{From: "2023-01-01", To: "2026-12-31"}
	audit, _, err := selection.AuditFairness(t.Context(), in, selection.FairnessSettings{Scope: selection.FairnessScope{Period: period}, Seed: 1, Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	return audit
}

// gapsFound are the exercises at which a gap between ethnic groups was found.
func gapsFound(a selection.FairnessAudit) (found []string) {
	for _, g := range a.Gaps {
		for _, s := range g.Scores {
			if g.Characteristic == "ethnicity" && s.Dimension == nil && s.Verdict == fairness.GapFound {
				found = append(found, *s.Exercise)
			}
		}
	}
	return found
}

// A gap planted in one exercise of 200 small campaigns is found there, by those
// who see counts and by those who do not; where none is planted none is found.
func TestAPlantedGapIsFoundAtItsExercise(t *testing.T) {
	policy := suppression.NHS()
	for seed := range uint64(4) {
		for _, p := range []*suppression.Policy{nil, &policy} {
			planted := auditOf(t, invent(200, .35, seed).inputs(nil), p)
			if got := gapsFound(planted); len(got) != 1 || got[0] != "handover" {
				t.Errorf("seed %d: found at %v", seed, got)
			}
			if words := strings.Join(planted.Words, "\n"); !strings.Contains(words, "Ethnicity, BME compared with white. Exercise handover: The focal group was marked") {
				t.Error(words)
			}
			if got := gapsFound(auditOf(t, invent(200, 0, seed).inputs(nil), p)); len(got) > 0 {
				t.Errorf("seed %d: found at %v where nothing was planted", seed, got)
			}
		}
	}
}

// The bytes depend on no order and on no code of a person.
func TestAnAuditDependsOnNoOrderAndNoCode(t *testing.T) {
	u := invent(30, .5, 1)
	u.candidates[3][2].marks[5].Submitted = math.NaN() // given in moderation
	u.candidates[4][1].marks[7].Submitted--
	policy := suppression.NHS()
	for _, p := range []*suppression.Policy{nil, &policy} {
		want := auditOf(t, u.inputs(nil), p).JSON()
		for seed := range uint64(3) {
			if got := auditOf(t, u.inputs(rand.New(rand.NewPCG(seed, 1))), p).JSON(); !bytes.Equal(got, want) {
				at := 0
				for got[at] == want[at] {
					at++
				}
				t.Fatalf("shuffled, the audit differs from byte %d on: %.200s\n%.200s", at, want[max(0, at-100):], got[max(0, at-100):])
			}
		}
		if bytes.Contains(want, []byte("NaN")) || bytes.Contains(want, []byte("CARD-")) && p != nil {
			t.Error("what may not be in it is")
		}
	}
	was := auditOf(t, u.inputs(nil), nil).Inputs
	u.candidates[0][0].marks[0].Score = 8 - u.candidates[0][0].marks[0].Score
	if auditOf(t, u.inputs(nil), nil).Inputs == was && u.candidates[0][0].marks[0].Score != 4 {
		t.Error("another mark, the same hash")
	}
}

// Where counts are suppressed nothing that tells of them is beside a gap.
func TestASuppressedAuditHoldsNoCountBesideGaps(t *testing.T) {
	policy := suppression.NHS()
	a := auditOf(t, invent(60, .5, 1).inputs(nil), &policy)
	told := 0
	for _, g := range a.Gaps {
		for _, s := range g.Scores {
			if s.Seen != nil || s.P != nil || s.Q != nil {
				t.Errorf("%+v", s)
			}
			if s.G != nil {
				told++
				if *s.G != math.Round(*s.G*100)/100 {
					t.Errorf("%v is not rounded", *s.G)
				}
			}
		}
	}
	for _, r := range a.Ratios[len(a.Pooled):] {
		if r.Suppressed {
			t.Error("a row that shows nothing is there")
		}
	}
	for _, i := range a.Intersections {
		if i.Passed != nil || i.Of != nil || i.Q != nil {
			t.Errorf("%+v", i)
		}
	}
	if told == 0 || a.Withheld == 0 || len(a.Trend) == 0 || a.Policy.Threshold != 8 || len(a.PolicyWords) == 0 {
		t.Errorf("%d told, %d withheld, %d years", told, a.Withheld, len(a.Trend))
	}
}

// Another framework's exercises are others, and another scale is brought to the
// first.
func TestFrameworksAndScalesAreKeptApart(t *testing.T) {
	u := invent(20, 0, 1)
	for c := range 10 {
		u.campaigns[c].Framework = "older"
	}
	a := auditOf(t, u.inputs(nil), nil)
	if got := *a.Gaps[0].Scores[0].Exercise; got != "older: handover" {
		t.Errorf("%q", got)
	}
	half := invent(20, .8, 1)
	whole := auditOf(t, half.inputs(nil), nil)
	for c := 10; c < 20; c++ {
		half.campaigns[c].Low, half.campaigns[c].High = .5, 3.5
		for i := range half.candidates[c] {
			for j := range half.candidates[c][i].marks {
				half.candidates[c][i].marks[j].Score /= 2
				half.candidates[c][i].marks[j].Submitted /= 2
			}
		}
	}
	rescaled := auditOf(t, half.inputs(nil), nil)
	for i, s := range whole.Gaps[0].Scores {
		if r := rescaled.Gaps[0].Scores[i]; (s.G == nil) != (r.G == nil) || s.G != nil && math.Abs(*s.G-*r.G) > 1e-9 {
			t.Errorf("%+v\n%+v", s, r)
		}
	}
}
