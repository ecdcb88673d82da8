package suppression

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
)

var trusts = flag.Int("suppression.trusts", 100, "random trusts that the attacker tries")

// attack looks in the last of the rounds for every small count that could be
// asked for, and names those that the attacker recovers.
func attack(rounds []round) (looked int, recovered []string) {
	now := len(rounds) - 1
	r := rounds[now]
	for i, c := range r.audit.Characteristics {
		at := newAttacker(rounds, i)
		before := sync.OnceValue(func() *attacker { // one who has not got the last release
			silent := slices.Clone(rounds)
			silent[now].release = Release{}
			return newAttacker(silent, i)
		})
		look := func(name string, plus, minus []int, width int) {
			x, all := at.truth(plus, minus)
			if !r.policy.small(x) {
				return
			}
			looked++
			if at.recovers(r.policy, plus, minus, x, all, width) && !before().knows(at, plus, minus) {
				recovered = append(recovered, fmt.Sprintf("%s: %d", name, x))
			}
		}
		for _, g := range c.Groupings {
			for _, group := range g.Groups {
				for s := range r.audit.Stages {
					for n, scope := range r.audit.Scopes {
						name := fmt.Sprintf("%s, %s, %s", scope.Name, group.Name, r.audit.Stages[s])
						cell := at.sum(now, scope.Campaigns, group.Codes, s)
						look(name, cell, nil, 0)
						if s > 0 {
							look(name+", not so far", at.sum(now, scope.Campaigns, group.Codes, s-1), cell, max(1, r.policy.Base-1))
						}
						for _, other := range r.audit.Scopes[:n] { // the wider
							if within(scope.Campaigns, other.Campaigns) {
								look(name+", not of "+other.Name, at.sum(now, other.Campaigns, group.Codes, s), cell, 0)
							}
						}
						if then := at.then(rounds, scope, group.Codes, s); then != nil {
							look(name+", new", cell, then, 0)
						}
					}
				}
			}
		}
	}
	return looked, recovered
}

// knows reports whether this attacker, who has not got the last release, knows
// as much as the other, who has; never of a count that both know.
func (at *attacker) knows(other *attacker, plus, minus []int) bool {
	down, up := other.ranges(plus, minus, math.MinInt, math.MaxInt)
	low, high := at.ranges(plus, minus, math.MinInt, math.MaxInt)
	return down < up && down == low && up == high
}

// truth is the true value of a form, and the most that it could be for all
// that is known of people without their characteristics.
func (at *attacker) truth(plus, minus []int) (x, all int) {
	count := func(list []int) (n, everybody int) {
		seen := map[[2]int]bool{}
		for _, j := range list {
			v, k, s := j/(at.codes*at.stages), j/at.stages%at.codes, j%at.stages
			n += at.versions[v].truth[k][s]
			if !seen[[2]int{v, s}] {
				seen[[2]int{v, s}] = true
				everybody += sum(at.versions[v].truth, s)
			}
		}
		return n, everybody
	}
	a, allA := count(plus)
	b, allB := count(minus)
	return a - b, allA - allB
}

// then is the cell of a scope as the release before knew it, if it only grew.
func (at *attacker) then(rounds []round, s Scope, codes []int, stage int) []int {
	r := len(rounds) - 2
	if r < 0 {
		return nil
	}
	for _, was := range rounds[r].audit.Scopes {
		if was.Name == s.Name {
			for _, u := range was.Campaigns { // campaigns keep their places in the audit
				if !grew(rounds[r].audit.Characteristics[0].Counts[u], rounds[r+1].audit.Characteristics[0].Counts[u]) {
					return nil
				}
			}
			return at.sum(r, was.Campaigns, codes, stage)
		}
	}
	return nil
}

// releases of a trust: two, a month apart.
func releases(t *testing.T, seed uint64, policy Policy, complementary, memory bool) []round {
	t.Helper()
	trust := newTrust(seed)
	var rounds []round
	var before Released
	for range 2 {
		audit := trust.audit()
		release, err := protect(t.Context(), policy, audit, before, complementary)
		if err != nil {
			t.Fatal(err)
		}
		if memory {
			before = release.Remember
		} else {
			for i := range release.Tables { // it thinks that each is its first
				release.Tables[i].Number = len(rounds) + 1
			}
		}
		rounds = append(rounds, round{audit, release, policy})
		trust.month()
	}
	return rounds
}

// policies of the trusts by turns: mostly the default.
func policyOf(seed uint64) Policy {
	switch seed % 8 {
	case 1:
		return Policy{Threshold: 5, Base: 1, Smallest: 20}
	case 3:
		return Policy{Threshold: 8, Base: 5, Smallest: 10}
	case 5:
		return Policy{Threshold: 10, Base: 10, Smallest: 40}
	case 7:
		return Policy{Threshold: 3, Base: 3, Smallest: 3}
	}
	return NHS()
}

func TestTheAttackerRecoversNothing(t *testing.T) {
	looked, hidden, shown, away := 0, 0, 0, 0
	for seed := range uint64(*trusts) {
		rounds := releases(t, seed, policyOf(seed), true, true)
		for n := 1; n <= 2; n++ {
			l, recovered := attack(rounds[:n])
			looked += l
			if len(recovered) > 0 {
				t.Errorf("trust %d, release %d: of %d small counts the attacker recovers %d: %v", seed, n, l, len(recovered), recovered[:min(3, len(recovered))])
			}
			away += rounds[n-1].release.GivenAway
			for _, table := range rounds[n-1].release.Tables {
				for _, row := range table.Cells {
					for _, c := range row {
						if c.Hidden {
							hidden++
						} else {
							shown++
						}
					}
				}
			}
		}
	}
	t.Logf("%d trusts: %d small counts looked for; in tables not withheld %d counts shown, %d hidden; %d given away", *trusts, looked, shown, hidden, away)
}
