package suppression

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp" //nolint:misspell // gonum spells it so
)

// The attacker must be able to succeed, or that it does not would say nothing.
func TestTheAttackerSucceedsWithout(t *testing.T) {
	for _, c := range []struct {
		name                  string
		complementary, memory bool
	}{
		{"complementary suppression", false, true},
		{"the memory of the release before", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			looked, recovered := 0, 0
			for seed := range uint64(6) {
				l, list := attack(releases(t, seed, policyOf(seed), c.complementary, c.memory))
				looked, recovered = looked+l, recovered+len(list)
			}
			if recovered == 0 {
				t.Error("the attacker recovers nothing")
			}
			t.Logf("of %d small counts the attacker recovers %d", looked, recovered)
		})
	}
}

// The vector of oracles/fairness: rows sum to 20 and 31, columns to 9, 22 and
// 20, the third column is shown as 8 and 12, all others are hidden.
func TestFeasibleIntervalOfTheOracle(t *testing.T) {
	s := newSimplex([]float64{3, 9, 6, 13}) // x00, x01, x10, x11
	s.constrain([]int{0, 1}, nil, 12, 12)
	s.constrain([]int{2, 3}, nil, 19, 19)
	s.constrain([]int{0, 2}, nil, 9, 9)
	s.constrain([]int{1, 3}, nil, 22, 22)
	form := s.form([]int{0}, nil)
	if low, high := s.extreme(form, -1, math.Inf(-1)), s.extreme(form, 1, math.Inf(1)); low != 0 || high != 9 {
		t.Errorf("x00 lies in %v to %v, want 0 to 9", low, high)
	}
}

// The attacker's own simplex against gonum's, which is too slow for the rest.
func TestTheAttackersSimplex(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		n, rows := 3+rng.IntN(4), 2+rng.IntN(4)
		point := make([]float64, n)
		for j := range point {
			point[j] = float64(rng.IntN(9))
		}
		s := newSimplex(point)
		s.constrain(upTo(n), nil, total(point), total(point))
		a := mat.NewDense(1+2*rows, n+2*rows, nil) // with a slack for each bound
		b := make([]float64, 1+2*rows)
		for j := range n {
			a.Set(0, j, 1)
		}
		b[0] = total(point)
		for r := range rows {
			var in []int
			v := 0.0
			for j := range n {
				if rng.IntN(2) == 0 {
					in = append(in, j)
					v += point[j]
					a.Set(1+2*r, j, 1)
					a.Set(2+2*r, j, 1)
				}
			}
			low, high := v-float64(rng.IntN(3)), v+float64(rng.IntN(3))
			s.constrain(in, nil, low, high)
			a.Set(1+2*r, n+2*r, -1)
			a.Set(2+2*r, n+2*r+1, 1)
			b[1+2*r], b[2+2*r] = low, high
		}
		for j := range n {
			for _, sign := range []float64{1, -1} {
				weights := make([]float64, n+2*rows)
				weights[j] = -sign
				want, _, err := lp.Simplex(weights, a, b, 1e-10, nil)
				if err != nil {
					continue // singular: gonum does not take dependent rows
				}
				if got := s.extreme(s.form([]int{j}, nil), sign, sign*math.Inf(1)); math.Abs(got+sign*want) > 1e-7 {
					t.Fatalf("variable %d, %+.0f: %v, gonum has %v", j, sign, got, -sign*want)
				}
			}
		}
	}
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func total(list []float64) (sum float64) {
	for _, v := range list {
		sum += v
	}
	return sum
}

// Every table of two small campaigns that fits the release, one by one, against
// the linear programme and against what is promised: whole people allow less
// than fractions, so this attacker is the stronger.
func TestEnumeration(t *testing.T) {
	policy := Policy{Threshold: 3, Base: 2, Smallest: 3}
	counts, narrower, bare := 0, 0, 0
	for seed := range uint64(30) {
		r := smallTrust(t, seed, policy)
		at := newAttacker([]round{r}, 0)
		c := r.audit.Characteristics[0]
		fits := fitting(r)
		if len(fits) == 0 {
			t.Fatalf("trust %d: not even the truth fits", seed)
		}
		for _, table := range r.release.Tables {
			for _, row := range table.Cells {
				for _, cell := range row {
					if !cell.Hidden {
						bare++
					}
				}
			}
		}
		for _, scope := range r.audit.Scopes {
			for k := range c.Codes {
				for s := range r.audit.Stages {
					low, high := math.MaxInt, math.MinInt
					for _, f := range fits {
						n := 0
						for _, u := range scope.Campaigns {
							n += f[u][k][s]
						}
						low, high = min(low, n), max(high, n)
					}
					cell := at.sum(0, scope.Campaigns, []int{k}, s)
					down, up := at.ranges(cell, nil, math.MinInt, math.MaxInt)
					if low < down || high > up {
						t.Errorf("trust %d: enumeration finds %d to %d, the linear programme %d to %d", seed, low, high, down, up)
					}
					counts++
					if low > down || high < up {
						narrower++
					}
					x, all := at.truth(cell, nil)
					if need := policy.need(x, all, 0); policy.small(x) && !need.met(x-low, high-x) {
						t.Errorf("trust %d: %s, %s, %s is %d and lies in %d to %d", seed, scope.Name, c.Codes[k], r.audit.Stages[s], x, low, high)
					}
				}
			}
		}
	}
	if bare == 0 {
		t.Error("nothing is shown: this tests nothing")
	}
	t.Logf("%d counts, %d shown; whole people make %d ranges narrower than fractions do", counts, bare, narrower)
}

// smallTrust is the release of two campaigns of a few people, two or three codes and
// two stages.
func smallTrust(t *testing.T, seed uint64, policy Policy) round {
	t.Helper()
	trust := newTrust(seed)
	trust.stages, trust.codes = trust.stages[:2], 2+int(seed%2)
	for len(trust.shares) < trust.codes {
		trust.shares = append(trust.shares, .4)
	}
	trust.shares = trust.shares[:trust.codes]
	trust.campaigns = trust.campaigns[:2]
	for i := range trust.campaigns {
		trust.campaigns[i].people = nil
		trust.apply(i, 4+trust.rng.IntN(5))
	}
	audit := trust.audit()
	release, err := Protect(t.Context(), policy, audit, Released{})
	if err != nil {
		t.Fatal(err)
	}
	return round{audit, release, policy}
}

// fitting lists all counts by campaign, code and stage that fit a release.
func fitting(r round) [][2][][]int {
	c := r.audit.Characteristics[0]
	var all [][2][][]int
	for _, a := range possible(c.Counts[0]) {
		for _, b := range possible(c.Counts[1]) {
			if f := [2][][]int{a, b}; allowed(r, f) {
				all = append(all, f)
			}
		}
	}
	return all
}

// possible lists the counts of a campaign with given totals at two stages.
func possible(truth [][]int) [][][]int {
	var all [][][]int
	for _, entered := range splits(sum(truth, 0), len(truth)) {
		for _, passed := range splits(sum(truth, 1), len(truth)) {
			counts := make([][]int, len(truth))
			ok := true
			for k := range counts {
				counts[k] = []int{entered[k], passed[k]}
				ok = ok && passed[k] <= entered[k]
			}
			if ok {
				all = append(all, counts)
			}
		}
	}
	return all
}

func splits(n, parts int) [][]int {
	if parts == 1 {
		return [][]int{{n}}
	}
	var all [][]int
	for first := range n + 1 {
		for _, rest := range splits(n-first, parts-1) {
			all = append(all, append([]int{first}, rest...))
		}
	}
	return all
}

func allowed(r round, f [2][][]int) bool {
	c := r.audit.Characteristics[0]
	for _, t := range r.release.Tables {
		if t.Withheld {
			continue
		}
		scope := r.audit.Scopes[slices.IndexFunc(r.audit.Scopes, func(s Scope) bool { return s.Name == t.Scope })]
		g := c.Groupings[slices.IndexFunc(c.Groupings, func(g Grouping) bool { return g.Name == t.Grouping })]
		for i, row := range t.Cells {
			for s, shown := range row {
				n := 0
				for _, u := range scope.Campaigns {
					for _, k := range g.Groups[i].Codes {
						n += f[u][k][s]
					}
				}
				if low, high, ok := r.policy.Range(shown); ok && (n < low || n > high) {
					return false
				}
			}
		}
	}
	return true
}

// What is remembered goes through JSON, and the same inputs give the same
// release.
func TestReleasedIsJSON(t *testing.T) {
	trust := newTrust(11)
	first, err := Protect(t.Context(), NHS(), trust.audit(), Released{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(first.Remember)
	if err != nil {
		t.Fatal(err)
	}
	var again Released
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	trust.month()
	a, err := Protect(t.Context(), NHS(), trust.audit(), first.Remember)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Protect(t.Context(), NHS(), trust.audit(), again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}

// A table shown again a month later, with three more candidates, stays as it was.
func TestThreeMoreCandidates(t *testing.T) {
	counts := [][]int{{60, 30}, {40, 20}}
	before := shown(t, counts, Released{})
	counts = [][]int{{61, 30}, {42, 20}}
	after := shown(t, counts, before.Remember)
	if after.Tables[0].Number != 1 || !cmp.Equal(after.Tables[0].Cells, before.Tables[0].Cells) {
		t.Errorf("the table is of release %d: %v, want that of release 1: %v", after.Tables[0].Number, after.Tables[0].Cells, before.Tables[0].Cells)
	}
	if len(after.Remember.Past) != 1 {
		t.Errorf("%d releases are remembered, want 1: nothing was shown anew", len(after.Remember.Past))
	}
	after = shown(t, [][]int{{75, 30}, {60, 20}}, before.Remember)
	if after.Tables[0].Number != 2 || cmp.Equal(after.Tables[0].Cells, before.Tables[0].Cells) {
		t.Errorf("with 35 more the table is of release %d: %v", after.Tables[0].Number, after.Tables[0].Cells)
	}
}

func shown(t *testing.T, counts [][]int, before Released) Release {
	t.Helper()
	release, err := Protect(t.Context(), NHS(), one(counts), before)
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// one is an audit of one campaign and two or more codes.
func one(counts [][]int) Audit {
	c := Characteristic{Name: "sex", Groupings: []Grouping{{Name: "codes"}}, Counts: [][][]int{counts}}
	for k := range counts {
		c.Codes = append(c.Codes, string(rune('A'+k)))
		c.Groupings[0].Groups = append(c.Groupings[0].Groups, Group{c.Codes[k], []int{k}})
	}
	return Audit{Stages: []string{"applied", "shortlisted"}, Campaigns: []string{"C1"}, Scopes: []Scope{{"C1", []int{0}}}, Characteristics: []Characteristic{c}}
}
