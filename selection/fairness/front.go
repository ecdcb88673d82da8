package fairness

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"appointable/internal/fault"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Methods is what is known, from validity studies and earlier campaigns, of the
// methods or values that a framework may weigh. It is for choosing a framework's
// weights before it is published and anybody is scored: never for adjusting a
// score, and never for looking again after scores are seen.
type Methods struct {
	Correlation [][]float64 // among their scores, within groups
	Validity    []float64   // each one's correlation with doing the work well
	Difference  []float64   // reference less focal, in standard deviations
	Focal       float64     // the focal group's share of the candidates, between 0 and 1
	Selected    float64     // the share of candidates who are selected, between 0 and 1
}

// Balance is what a set of weights comes to where scores are normal within
// groups.
type Balance struct {
	Weights    []float64 // from 0, summing to 1
	Validity   float64   // of the composite
	Difference float64   // of the composite: reference less focal, in standard deviations
	Ratio      float64   // selected of the focal to selected of the reference group
}

// Front is the trade-off between validity and impact. These are consequences of
// the figures put in, which no interval surrounds: how sure those are is their
// source's to say.
type Front struct {
	Points []Balance // none is better in one respect without being worse in the other; the evenest ratio first
	Own    Balance   // the trust's own choice
	// Instead are points of the front that cost nothing beside the own choice:
	// nil where it lies on the front.
	AsValid *Balance // at least its validity and the evenest ratio
	AsEven  *Balance // at least as even a ratio and the highest validity
}

// Words says what the own choice gives up, and what the front is for.
func (f Front) Words() string {
	const purpose = " This compares frameworks before one is published; no score may be adjusted by it."
	own := fmt.Sprintf("The weights chosen have a validity of %.2f and select the focal group at %.2f times the rate of the reference group.", f.Own.Validity, f.Own.Ratio)
	if f.AsValid == nil {
		return own + " No other weights do better in both respects." + purpose
	}
	return own + fmt.Sprintf(" Other weights are at least as valid with a ratio of %.2f, or at least as even with a validity of %.2f.", f.AsValid.Ratio, f.AsEven.Validity) + purpose
}

// gridLimit is how many sets of weights are gone through.
const gridLimit = 2_000_000

// FrontOf goes through all weights in steps of 1/steps and, between them,
// near one another where it matters, the best of each mixture of validity
// and impact (De Corte, Lievens and Sackett 2007, J. Appl. Psychol. 92,
// 1380–1393), and marks the trust's own choice, whose weights need not sum
// to 1. Errors: fault.Invalid; the context's.
func FrontOf(ctx context.Context, m Methods, own []float64, steps int) (Front, error) {
	if err := m.check(own, steps); err != nil {
		return Front{}, err
	}
	all, err := m.grid(ctx, steps)
	if err != nil {
		return Front{}, err
	}
	all = append(all, m.mixtures()...)
	f := Front{Own: m.Weigh(own), Points: undominated(all)}
	for i := range f.Points {
		f.Points[i].Ratio = m.ratio(f.Points[i].Difference)
	}
	f.compare()
	return f, nil
}

// grid goes through all weights in steps of 1/steps.
func (m Methods) grid(ctx context.Context, steps int) ([]Balance, error) {
	var all []Balance
	weights := make([]float64, len(m.Validity))
	var fill func(at, left int)
	fill = func(at, left int) {
		if at == len(weights)-1 {
			weights[at] = float64(left) / float64(steps)
			all = append(all, m.composite(weights))
			return
		}
		for x := 0; x <= left && ctx.Err() == nil; x++ {
			weights[at] = float64(x) / float64(steps)
			fill(at+1, left-x)
		}
	}
	fill(0, steps)
	return all, ctx.Err()
}

func (m Methods) check(own []float64, steps int) error {
	var wrong fault.List
	n := len(m.Validity)
	if n < 2 || len(m.Difference) != n || len(m.Correlation) != n || len(own) != n {
		return fault.New(fault.Invalid, "A trade-off needs two or more methods, each with a validity, a difference, its correlations and a weight.")
	}
	for name, share := range map[string]float64{"focal": m.Focal, "selected": m.Selected} {
		if !(share > 0 && share < 1) {
			wrong.Add(name, "A share between 0 and 1 is needed, not %g.", share)
		}
	}
	m.checkCorrelation(&wrong)
	sum := 0.
	for i, w := range own {
		if sum += w; w < 0 || math.IsNaN(w) {
			wrong.Add("weights", "Weight %d is %g; weights are 0 or more.", i, w)
		}
	}
	if !(sum > 0) {
		wrong.Add("weights", "At least one method needs a weight above 0.")
	}
	if steps < 1 || binomialCoefficient(steps+n-1, n-1) > gridLimit {
		wrong.Add("steps", "%d steps over %d methods are none or more than %d sets of weights: take others.", steps, n, gridLimit)
	}
	wrong.SortStable()
	return wrong.Err("The trade-off cannot be computed as it was given.")
}

func (m Methods) checkCorrelation(wrong *fault.List) {
	const where = "correlation"
	n := len(m.Validity)
	if slices.ContainsFunc(m.Correlation, func(row []float64) bool { return len(row) != n }) {
		wrong.Add(where, "Each of the %d rows needs %d entries.", n, n)
		return
	}
	r := mat.NewSymDense(n, nil)
	for i, row := range m.Correlation {
		for j, x := range row {
			if x != m.Correlation[j][i] || i == j && x != 1 {
				wrong.Add(where, "Entry %d, %d is not that of a correlation matrix: it must be symmetric with 1 on its diagonal.", i, j)
			}
			r.SetSym(min(i, j), max(i, j), x)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(r) { //nolint:misspell // gonum's name
		wrong.Add(where, "No scores can be correlated like this: the matrix is not positive definite.")
	}
}

// Weigh is what a set of weights comes to. Their sum does not matter.
func (m Methods) Weigh(weights []float64) Balance {
	sum := 0.
	for _, w := range weights {
		sum += w
	}
	even := make([]float64, len(weights))
	for i, w := range weights {
		even[i] = w / sum
	}
	b := m.composite(even)
	b.Ratio = m.ratio(b.Difference)
	return b
}

// composite is validity w′r/√(w′Rw) and difference w′d/√(w′Rw); the ratio, which
// follows from the difference, is left for those who need it.
func (m Methods) composite(w []float64) Balance {
	b := Balance{Weights: slices.Clone(w)}
	variance := 0.
	for i, x := range w {
		b.Validity += x * m.Validity[i]
		b.Difference += x * m.Difference[i]
		for j, y := range w {
			variance += x * y * m.Correlation[i][j]
		}
	}
	sd := math.Sqrt(variance)
	b.Validity, b.Difference = b.Validity/sd, b.Difference/sd
	return b
}

// ratio is Φ̄(c + D)/Φ̄(c), with the cut-off c at which the two groups, focal π and
// reference 1 − π, together have the share selected.
func (m Methods) ratio(difference float64) float64 {
	tail := distuv.UnitNormal.Survival
	low, high := -40., 40.
	for high-low > 1e-13 {
		c := (low + high) / 2
		if (1-m.Focal)*tail(c)+m.Focal*tail(c+difference) > m.Selected {
			low = c
		} else {
			high = c
		}
		if next := (low + high) / 2; next == low || next == high {
			break
		}
	}
	return tail(low+difference) / tail(low)
}

// fineness is how near to one another refined points lie, in validity and in
// difference.
const fineness = 0.002

// mixtures are the best weights for validity − λ·difference, λ from 0 until no
// method is worth its difference: w ∝ argmin ½w′Rw − (r − λd)′w, w ≥ 0.
func (m Methods) mixtures() []Balance {
	most := 0.
	for i, d := range m.Difference {
		if d > 0 {
			most = max(most, m.Validity[i]/d)
		}
	}
	most *= 1 - 1e-6 // beyond which the best is no weight at all
	first, ok1 := m.mixture(0)
	last, ok2 := m.mixture(most)
	if !ok1 || !ok2 {
		return nil
	}
	all := []Balance{first, last}
	var refine func(low, high float64, a, b Balance, depth int)
	refine = func(low, high float64, a, b Balance, depth int) {
		if depth == 0 || math.Abs(a.Validity-b.Validity) < fineness && math.Abs(a.Difference-b.Difference) < fineness {
			return
		}
		middle := (low + high) / 2
		if c, ok := m.mixture(middle); ok {
			all = append(all, c)
			refine(low, middle, a, c, depth-1)
			refine(middle, high, c, b, depth-1)
		}
	}
	const depth = 24
	refine(0, most, first, last, depth)
	return all
}

func (m Methods) mixture(lambda float64) (Balance, bool) {
	worth := make([]float64, len(m.Validity))
	for i := range worth {
		worth[i] = m.Validity[i] - lambda*m.Difference[i]
	}
	w, ok := m.best(worth)
	if !ok {
		return Balance{}, false
	}
	return m.composite(w), true
}

// best is the minimum of ½w′Rw − c′w over w ≥ 0, scaled to sum to 1, by
// cyclic coordinate descent, which for a positive definite R converges; ok
// is false where it is 0.
func (m Methods) best(worth []float64) (w []float64, ok bool) {
	w = make([]float64, len(worth))
	for range 10_000 {
		moved := 0.
		for i := range w {
			pull := worth[i]
			for j := range w {
				if j != i {
					pull -= m.Correlation[i][j] * w[j]
				}
			}
			next := max(0, pull)
			moved = max(moved, math.Abs(next-w[i]))
			w[i] = next
		}
		if moved < 1e-14 {
			break
		}
	}
	sum := 0.
	for _, x := range w {
		sum += x
	}
	if sum <= 0 {
		return nil, false
	}
	for i := range w {
		w[i] /= sum
	}
	return w, true
}

// uneven is how far a set of weights is from selecting both groups alike,
// whichever of them it favours.
func (b Balance) uneven() float64 { return math.Abs(b.Difference) }

// undominated keeps those to which no other is as even and more valid, or as
// valid and more even.
func undominated(all []Balance) []Balance {
	slices.SortStableFunc(all, func(a, b Balance) int {
		return cmp.Or(cmp.Compare(a.uneven(), b.uneven()), cmp.Compare(b.Validity, a.Validity), slices.Compare(a.Weights, b.Weights))
	})
	var front []Balance
	best := math.Inf(-1)
	for _, b := range all {
		if b.Validity > best+1e-12 {
			front, best = append(front, b), b.Validity
		}
	}
	return front
}

// compare finds what costs nothing beside the own choice, by more than can be
// seen in two decimals' rounding.
func (f *Front) compare() {
	const visible = 1e-6
	for i := range f.Points {
		p := &f.Points[i]
		if f.AsValid == nil && p.Validity >= f.Own.Validity-visible && p.uneven() < f.Own.uneven()-visible {
			f.AsValid = p
		}
		if p.uneven() <= f.Own.uneven()+visible && p.Validity > f.Own.Validity+visible {
			f.AsEven = p
		}
	}
	if f.AsValid == nil || f.AsEven == nil {
		f.AsValid, f.AsEven = nil, nil
	}
}
