package suppression

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// trust is a made-up trust whose people are known one by one.
type trust struct {
	rng       *rand.Rand
	stages    []string
	campaigns []campaign
	codes     int
	shares    []float64 // by code
	pass      float64   // of those at a stage who reach the next
}

type campaign struct {
	name, specialty, period string
	people                  []person
}

type person struct{ stage, code int }

func newTrust(seed uint64) *trust {
	rng := rand.New(rand.NewPCG(seed, 1))
	t := &trust{rng: rng, stages: []string{"applied", "shortlisted", "interviewed", "appointable", "offered", "accepted"}[:2+rng.IntN(3)], codes: 2 + rng.IntN(4), pass: .3 + .6*rng.Float64()}
	for k := range t.codes {
		t.shares = append(t.shares, rng.Float64()*[]float64{1, .3, .05}[rng.IntN(3)]+.01)
		if k == 0 {
			t.shares[0] += rng.Float64() * 2
		}
	}
	for range 2 + rng.IntN(5) {
		t.open()
	}
	return t
}

// open adds a campaign, often small, sometimes large enough for a table.
func (t *trust) open() {
	i := len(t.campaigns)
	c := campaign{fmt.Sprint("C", i+1), fmt.Sprint("specialty ", t.rng.IntN(3)), fmt.Sprint("period ", t.rng.IntN(2)), nil}
	t.campaigns = append(t.campaigns, c)
	t.apply(i, []int{3, 12, 30, 60, 120}[t.rng.IntN(5)]+t.rng.IntN(10))
}

func (t *trust) apply(campaign, n int) {
	for range n {
		p := person{0, t.code()}
		for p.stage < len(t.stages)-1 && t.rng.Float64() < t.pass {
			p.stage++
		}
		t.campaigns[campaign].people = append(t.campaigns[campaign].people, p)
	}
}

func (t *trust) code() int {
	total := 0.0
	for _, s := range t.shares {
		total += s
	}
	x := t.rng.Float64() * total
	for k, s := range t.shares {
		if x -= s; x < 0 {
			return k
		}
	}
	return 0
}

// month lets a month pass: three more candidates here, a campaign more there, a
// step forward, seldom a code mended or somebody gone.
func (t *trust) month() {
	for range 1 + t.rng.IntN(2) {
		switch i := t.rng.IntN(len(t.campaigns)); t.rng.IntN(6) {
		case 0, 1:
			t.apply(i, 3)
		case 2, 3:
			t.open()
		case 4:
			for j := range t.campaigns[i].people {
				if p := &t.campaigns[i].people[j]; p.stage < len(t.stages)-1 && t.rng.IntN(4) == 0 {
					p.stage++
				}
			}
		default:
			if people := t.campaigns[i].people; t.rng.IntN(2) == 0 {
				people[t.rng.IntN(len(people))].code = t.code()
			} else if len(people) > 1 {
				t.campaigns[i].people = people[1:]
			}
		}
	}
}

// audit counts the trust: the whole, specialties, periods and campaigns, by
// code and, where there are three or more, by the first against the others.
func (t *trust) audit() Audit {
	a := Audit{Stages: t.stages}
	c := Characteristic{Name: "ethnicity"}
	codes := Grouping{Name: "codes"}
	for k := range t.codes {
		name := string(rune('A' + k))
		c.Codes = append(c.Codes, name)
		codes.Groups = append(codes.Groups, Group{name, []int{k}})
	}
	c.Groupings = []Grouping{codes}
	if t.codes > 2 {
		coarse := Grouping{Name: "white and BME", Groups: []Group{{"white", []int{0}}, {"BME", nil}}}
		for k := 1; k < t.codes-1; k++ { // the last is "not stated"
			coarse.Groups[1].Codes = append(coarse.Groups[1].Codes, k)
		}
		c.Groupings = []Grouping{coarse, codes}
	}
	scopes := map[string][]int{}
	for i, campaign := range t.campaigns {
		a.Campaigns = append(a.Campaigns, campaign.name)
		c.Counts = append(c.Counts, t.count(campaign))
		for _, name := range []string{"whole", campaign.specialty, campaign.period, campaign.name} {
			scopes[name] = append(scopes[name], i)
		}
	}
	for name, list := range scopes {
		a.Scopes = append(a.Scopes, Scope{name, list})
	}
	slices.SortFunc(a.Scopes, func(x, y Scope) int {
		if d := len(y.Campaigns) - len(x.Campaigns); d != 0 {
			return d
		}
		if x.Name < y.Name {
			return -1
		}
		return 1
	})
	a.Characteristics = []Characteristic{c}
	return a
}

func (t *trust) count(c campaign) [][]int {
	counts := make([][]int, t.codes)
	for k := range counts {
		counts[k] = make([]int, len(t.stages))
	}
	for _, p := range c.people {
		for s := range p.stage + 1 {
			counts[p.code][s]++
		}
	}
	return counts
}
