package fairness

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Up to so many ways of giving out the groups are all gone through; beyond,
// SampledPermutations of them are drawn from the seed, or down to a tenth of
// that where focal candidates are so many that SampledLabels would be given out.
const (
	ExactPermutations   = 100_000
	SampledPermutations = 9_999
	SampledLabels       = 20_000_000
)

// MaterialShift is the size within which a difference of shifts is not
// material: in marks on a scale of 1 to 7, in proportion on others.
const MaterialShift = 0.1

// Shift is how much more the focal group gained in moderation than the
// reference group of the same panels: the mean over a candidate's marks of
// after less before, compared within campaigns. P is of a permutation of the
// groups within each panel, which supposes nothing of how shifts are spread;
// the interval holds the differences that this test does not reject at 5 %.
type Shift struct {
	Effect
	FocalShift, ReferenceShift float64 // means, in marks; NaN of nobody
	Permutations               int     // gone through, the one that happened among them
	Exact                      bool    // all there are
	Verdict                    Verdict
}

// Words is the shift in a sentence.
func (s Shift) Words() string {
	if !s.Told() {
		return string(s.Reason)
	}
	way := fmt.Sprintf("In moderation the focal group's marks moved by %+.2f and the reference group's by %+.2f; within the same panels that is %.2f marks %s (95 %% interval %s)",
		s.FocalShift, s.ReferenceShift, math.Abs(s.Estimate), than(s.Estimate, "in favour of the focal group", "against the focal group"), s.span("in favour", "against"))
	switch s.Verdict {
	case GapFound:
		return way + ". Chance would rarely move marks so; read the reasons recorded for the changes."
	case NoMaterialGap:
		return way + ". That is no material difference."
	}
	return way + ". These numbers neither show a difference nor rule one out."
}

// Moderation compares what moderation did to the groups. Marks without one
// before are left out. The seed matters only where the permutations are too
// many to go through. Errors: fault.Invalid, and the context's.
func Moderation(ctx context.Context, s *Scores, seed uint64) (Shift, error) {
	a, err := s.arrange()
	if err != nil {
		return Shift{}, err
	}
	list := a.shifts()
	var moved [2]average
	for _, p := range list {
		moved[boolean(p.side == Focal)].add(p.y)
	}
	d := differenceOf(list)
	out := Shift{FocalShift: moved[1].mean(), ReferenceShift: moved[0].mean()}
	if reason := unmoderated(list, d); reason != "" {
		out.Effect, out.Verdict = untold(d.Compared, reason), TooFew
		return out, nil
	}
	panels := panelsOf(list)
	var all []relabelling
	if all, out.Exact = enumerate(panels); !out.Exact {
		if all, err = sample(ctx, panels, rand.New(rand.NewPCG(seed, 0))); err != nil {
			return Shift{}, err
		}
	}
	out.Permutations = len(all)
	for i := range all {
		all[i].shift /= d.size
		all[i].agreement /= d.size
	}
	out.Effect = invert(d, all)
	out.Verdict = out.verdict(out.P, MaterialShift*s.unit())
	return out, nil
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func unmoderated(list []point, d difference) Reason {
	switch {
	case len(list) == 0:
		return "Nothing to tell: no mark was recorded before moderation."
	case d.Campaigns == 0:
		return "Too few to tell: no panel moderated candidates of both groups."
	case !slices.ContainsFunc(list, func(p point) bool { return p.y != 0 }):
		return "Nothing to tell: moderation changed no mark."
	}
	return ""
}

// shifts are the candidates' mean changes, in the order of campaigns.
func (a arranged) shifts() []point {
	var list []point
	if a.Before == nil {
		return nil
	}
	for _, i := range a.compared() {
		var change average
		for _, r := range a.of(i) {
			if !math.IsNaN(a.Before[r]) {
				change.add(a.Mark[r] - a.Before[r])
			}
		}
		if change.n > 0 {
			list = append(list, point{a.Campaign[i], a.Group[i], change.mean()})
		}
	}
	return list
}

// panel is a campaign with both groups: the shifts about the panel's mean, and
// the focal group's indicator about its own.
type panel struct {
	shift, member []float64
	focal         int
}

func panelsOf(list []point) []panel {
	var panels []panel
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].campaign == list[0].campaign {
			n++
		}
		p := panel{make([]float64, n), make([]float64, n), 0}
		mean := average{}
		for i, x := range list[:n] {
			mean.add(x.y)
			p.focal += boolean(x.side == Focal)
			p.member[i] = float64(boolean(x.side == Focal))
		}
		for i, x := range list[:n] {
			p.shift[i] = x.y - mean.mean()
			p.member[i] -= float64(p.focal) / float64(n)
		}
		if p.focal > 0 && p.focal < n {
			panels = append(panels, p)
		}
		list = list[n:]
	}
	return panels
}

// relabelling is one way of giving out the groups within panels: the difference
// of shifts it would show, and the difference it would show of a shift that
// every focal candidate had by 1 and nobody else. Both are sums over the
// candidates called focal, as each panel's figures are about their mean.
type relabelling struct{ shift, agreement float64 }

// enumerate goes through all, unless they are more than ExactPermutations. The
// first is not singled out: the labels that happened are among them.
func enumerate(panels []panel) (all []relabelling, ok bool) {
	count := 1.
	for _, p := range panels {
		if count *= binomialCoefficient(len(p.shift), p.focal); count > ExactPermutations {
			return nil, false
		}
	}
	all = []relabelling{{}}
	for _, p := range panels {
		next := make([]relabelling, 0, len(all)*2)
		for _, own := range p.choices() {
			for _, r := range all {
				next = append(next, relabelling{r.shift + own.shift, r.agreement + own.agreement})
			}
		}
		all = next
	}
	return all, true
}

func binomialCoefficient(n, k int) float64 {
	c := 1.
	for i := range k {
		c = c * float64(n-i) / float64(i+1)
	}
	return math.Round(c)
}

// choices are one panel's ways of calling as many candidates focal as were.
func (p panel) choices() []relabelling {
	var all []relabelling
	var choose func(from, left int, r relabelling)
	choose = func(from, left int, r relabelling) {
		if left == 0 {
			all = append(all, r)
			return
		}
		for i := from; i <= len(p.shift)-left; i++ {
			choose(i+1, left-1, relabelling{r.shift + p.shift[i], r.agreement + p.member[i]})
		}
	}
	choose(0, p.focal, relabelling{})
	return all
}

// sample draws permutations, and puts what happened before them: so p can be no
// smaller than 1/10,000 (1/1,000 of very many), and is valid (Phipson and Smyth
// 2010).
func sample(ctx context.Context, panels []panel, g *rand.Rand) ([]relabelling, error) {
	happened := relabelling{}
	labels := 1
	for _, p := range panels {
		labels += p.focal
		for i, m := range p.member {
			if m > 0 {
				happened.shift, happened.agreement = happened.shift+p.shift[i], happened.agreement+m
			}
		}
	}
	draws := max(SampledPermutations/10, min(SampledPermutations, SampledLabels/labels))
	all := make([]relabelling, 0, draws+1)
	all = append(all, happened)
	for range draws {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var r relabelling
		for _, p := range panels {
			for i := range p.focal { // the first of a shuffle are called focal
				k := i + g.IntN(len(p.shift)-i)
				p.shift[i], p.shift[k] = p.shift[k], p.shift[i]
				p.member[i], p.member[k] = p.member[k], p.member[i]
				r.shift, r.agreement = r.shift+p.shift[i], r.agreement+p.member[i]
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// invert turns relabellings into p-value and interval. With U the difference
// that a relabelling shows and V its agreement with the labels that
// happened, a true difference δ is rejected by how few have |U − Vδ| ≥ |U₀ −
// δ|; that holds for δ between (U₀ − U)/(1 − V) and (U₀ + U)/(1 + V), an
// interval around U₀. So the limits are the order statistics of these ends.
func invert(d difference, all []relabelling) Effect {
	const whole = 1 - 1e-9
	tiny := 1e-9 * (math.Abs(d.delta) + d.sd)
	low, high := make([]float64, len(all)), make([]float64, len(all))
	extreme := 0
	for i, r := range all {
		if math.Abs(r.shift) >= math.Abs(d.delta)-tiny {
			extreme++
		}
		low[i], high[i] = math.Inf(-1), math.Inf(1)
		if math.Abs(r.agreement) < whole {
			a, b := (d.delta-r.shift)/(1-r.agreement), (d.delta+r.shift)/(1+r.agreement)
			low[i], high[i] = min(a, b), max(a, b)
		}
	}
	slices.Sort(low)
	slices.Sort(high)
	at := int(Alpha * float64(len(all)))
	if math.IsInf(low[at], 0) {
		return untold(d.Compared, "Too few to tell: the groups of these panels can be given out in so few ways that no outcome would have been surprising.")
	}
	return Effect{
		Interval: Interval{d.delta, low[at], high[len(all)-1-at]},
		P:        float64(extreme) / float64(len(all)),
		Compared: d.Compared,
	}
}
