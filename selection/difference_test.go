package selection_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"appointable/selection"
)

// tilted is three candidates whom R1 and R2 marked, R2 a point lower than R1.
// They are alike, but that C1 is better by so much.
func tilted(better float64) selection.Round {
	r := round("C1", "C2", "C3")
	finely(&r)
	for _, code := range []string{"C1", "C2", "C3"} {
		level := 5.0
		if code == "C1" {
			level += better
		}
		mark(&r, code, "R1", level, level, level)
		mark(&r, code, "R2", level-1, level-1, level-1)
	}
	return r
}

func without(r selection.Round, missing func(selection.Rating) bool) selection.Round {
	var left []selection.Rating
	for _, m := range r.Ratings {
		if !missing(m) {
			left = append(left, m)
		}
	}
	r.Ratings = left
	return r
}

// Where all met the same assessors it must not be said that they met others.
func TestWhyTheOrdersDiffer(t *testing.T) {
	oneMark := func(m selection.Rating) bool {
		return m.Candidate == "C2" && m.Rater == "R2" && m.Criterion == "safety.b"
	}
	oneMember := func(m selection.Rating) bool { return m.Candidate == "C2" && m.Rater == "R2" }
	for name, c := range map[string]struct {
		round selection.Round
		want  string
	}{
		"a mark is missing":      {without(tilted(0.03), oneMark), "The adjusted order places C2 %s: a mark of a strict or lenient member is missing for some."},
		"a member was not there": {without(tilted(0.4), oneMember), "The adjusted order places C2 %s: C2's assessors marked higher than the others did."},
	} {
		p := place(t, rank(t, c.round), "C2")
		if want := fmt.Sprintf(c.want, map[int]string{1: "first", 2: "second", 3: "third"}[*p.Adjusted.Rank]); p.Difference != want {
			t.Errorf("%s: rank %d, adjusted %d: %q", name, *p.Rank, *p.Adjusted.Rank, p.Difference)
		}
	}
}

// parted is two candidates marked by R1 and R2 and two by R3 and R4, with
// chance in every member and mark.
func parted(seed uint64) selection.Round {
	chance := rand.New(rand.NewPCG(seed, 0))
	r := round("C1", "C2", "C3", "C4")
	for i, code := range []string{"C1", "C2", "C3", "C4"} {
		for _, rater := range [][]string{{"R1", "R2"}, {"R3", "R4"}}[i/2] {
			for _, m := range marks(r, code, rater, 4, 4, 4) {
				m.Score += float64(chance.IntN(3)) - float64(i/2)
				r.Ratings = append(r.Ratings, m)
			}
		}
	}
	return r
}

// Raters in groups that share nobody: what is said of their severity is assumed.
func TestDifferenceBetweenStrangers(t *testing.T) {
	told := 0
	for seed := range uint64(20) {
		for _, p := range rank(t, parted(seed)).Candidates {
			if strings.Contains(p.Difference, "'s assessors marked ") {
				told++
				if !strings.Contains(p.Difference, "did, assuming the groups are equally strict on average") {
					t.Errorf("seed %d, %s: %q", seed, p.Candidate, p.Difference)
				}
			}
		}
	}
	if told == 0 {
		t.Error("the orders do not differ, so nothing is tested")
	}
}

// No reason is empty, whatever the marks.
func TestNoEmptyDifference(t *testing.T) {
	for seed := range uint64(30) {
		r := spotty(seed)
		r.Campaign.Rank.Ties = []string{"safety", "kindness"}
		for _, p := range rank(t, r).Candidates {
			if strings.Contains(p.Difference, ": .") {
				t.Errorf("seed %d, %s: %q", seed, p.Candidate, p.Difference)
			}
		}
	}
}
