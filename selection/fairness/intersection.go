package fairness

import (
	"context"
	"fmt"
	"math"

	"appointable/internal/fault"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Crossing is those who share a level of every characteristic: how many of
// them there were at a stage, and how many passed. It is for stages at which
// one's passing does not shut another out.
type Crossing struct {
	Levels []int // by characteristic, from 0
	Passed int
	Of     int
}

// Intersection is a crossing's rate by partial pooling: drawn towards what its
// characteristics one by one would give it, the further the fewer it holds.
type Intersection struct {
	Crossing
	Rate      Interval // of those who pass, from 0 to 1
	Apart     float64  // the rate that the characteristics one by one give
	Departure Interval // from it, in log odds: what the intersection adds
	P         float64  // twice the smaller posterior chance of a departure up or down
	Reason    Reason   // why nothing can be told
	Q         float64  // the false discovery rate of the family
	Verdict   Verdict
}

// Intersections are the crossings, weighed together.
type Intersections struct {
	Family
	Crossings []Intersection
	Between   float64 // the standard deviation of departures, in log odds
}

// MaterialDeparture is the size of a departure, in log odds, within which it is
// not material: odds of 0.8 to 1.25.
const MaterialDeparture = 0.223143551314

// Words is the intersection in a sentence, for a row that names it.
func (i Intersection) Words() string {
	if i.Reason != "" {
		return string(i.Reason)
	}
	way := fmt.Sprintf("By what is known of them and of all others, %.0f %% pass (95 %% interval %.0f to %.0f %%), where the characteristics one by one give %.0f %%",
		100*i.Rate.Estimate, 100*i.Rate.Low, 100*i.Rate.High, 100*i.Apart)
	switch i.Verdict {
	case GapFound:
		return way + fmt.Sprintf(". Those in whom these characteristics meet fare %s than either would lead one to expect.", than(i.Departure.Estimate, "better", "worse"))
	case NoMaterialGap:
		return way + ". The meeting of these characteristics adds nothing material."
	}
	return way + ". Whether their meeting adds anything cannot be told from these numbers."
}

// Intersect fits a binomial model in which a crossing's log odds are a sum
// of its characteristics' effects and a departure of its own, normal with
// standard deviation τ (the cross-classified model of Evans, Williams,
// Onnela and Subramanian 2018, Soc. Sci. Med. 203, 64–73). Effects have a
// wide normal prior; τ a half-normal one, averaged over (Gelman 2006); the
// rest is Laplace's approximation (Rasmussen and Williams 2006, algorithms
// 3.1 and 3.2). Errors: fault.Invalid where the crossings are not of the
// same characteristics, or one stands twice; the context's.
func Intersect(ctx context.Context, crossings []Crossing) (Intersections, error) {
	if err := checkCrossings(crossings); err != nil {
		return Intersections{}, err
	}
	if len(crossings) == 0 {
		return Intersections{}, nil
	}
	tau, log := betweens(departureScale)
	fits := make([]laplace, len(tau))
	main := mainEffects(crossings)
	for i, t := range tau {
		if err := ctx.Err(); err != nil {
			return Intersections{}, err
		}
		fits[i] = fitCrossings(crossings, main, t)
		log[i] += fits[i].evidence
	}
	out := Intersections{Crossings: make([]Intersection, len(crossings))}
	w := weights(log)
	for i, t := range tau {
		out.Between += w[i] * t
	}
	p := make([]float64, len(crossings))
	for c := range crossings {
		out.Crossings[c] = cross(crossings[c], c, tau, w, fits)
		p[c] = out.Crossings[c].P
	}
	var q []float64
	out.Family, q = discoveries("intersection", "Benjamini–Hochberg over posterior chances of a departure", p)
	for c := range out.Crossings {
		i := &out.Crossings[c]
		e := Effect{Interval: i.Departure, P: i.P, Reason: i.Reason}
		i.Q, i.Verdict = q[c], e.verdict(q[c], MaterialDeparture)
	}
	return out, nil
}

// The standard deviations of the priors, in log odds: of the common level, of a
// characteristic's effect, and the scale of τ.
const (
	levelPrior     = 5
	effectPrior    = 1.5
	departureScale = 0.5
)

func checkCrossings(crossings []Crossing) error {
	var wrong fault.List
	seen := map[string]bool{}
	for i, c := range crossings {
		where := fmt.Sprintf("crossings[%d]", i)
		if len(c.Levels) < 2 || len(c.Levels) != len(crossings[0].Levels) {
			wrong.Add(where, "An intersection needs a level of each of the same two or more characteristics.")
		}
		if c.Passed < 0 || c.Passed > c.Of {
			wrong.Add(where, "From none to all of %d can have passed, not %d.", c.Of, c.Passed)
		}
		key := fmt.Sprint(c.Levels)
		if seen[key] {
			wrong.Add(where, "This intersection stands twice: add its counts up.")
		}
		seen[key] = true
	}
	return wrong.Err("The intersections cannot be compared as they were given.")
}

// mainEffects is the prior covariance of the crossings' log odds but for their
// departures.
func mainEffects(crossings []Crossing) *mat.SymDense {
	k := mat.NewSymDense(len(crossings), nil)
	for a, x := range crossings {
		for b, y := range crossings[:a+1] {
			v := float64(levelPrior * levelPrior)
			for i := range x.Levels {
				if x.Levels[i] == y.Levels[i] {
					v += effectPrior * effectPrior
				}
			}
			k.SetSym(a, b, v)
		}
	}
	return k
}

// laplace is the posterior of the crossings' log odds given τ.
type laplace struct {
	mode, variance []float64
	force          []float64 // K⁻¹·mode, which is the slope of the log likelihood there
	hold           []float64 // the diagonal of (K + W⁻¹)⁻¹
	evidence       float64
}

// fitCrossings finds the mode by Newton's method in the form that stays stable
// however small τ, with K the prior covariance and W the curvature n·p·(1−p):
// B = I + W^½KW^½, mode = K·a, a = b − W^½B⁻¹W^½Kb, b = W·mode + slope.
func fitCrossings(crossings []Crossing, main *mat.SymDense, tau float64) laplace {
	n := len(crossings)
	k := mat.NewSymDense(n, nil)
	k.CopySym(main)
	for i := range n {
		k.SetSym(i, i, k.At(i, i)+tau*tau)
	}
	f, a, root := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil), make([]float64, n)
	var chol mat.Cholesky
	for range 60 {
		b := mat.NewVecDense(n, nil)
		for i, c := range crossings {
			p := logistic(f.AtVec(i))
			w := float64(c.Of) * p * (1 - p)
			root[i] = math.Sqrt(w)
			b.SetVec(i, w*f.AtVec(i)+float64(c.Passed)-float64(c.Of)*p)
		}
		chol.Factorize(curved(k, root)) //nolint:misspell // gonum's name
		var pull, solved, next mat.VecDense
		pull.MulVec(k, b)
		pull.MulElemVec(&pull, mat.NewVecDense(n, root))
		if err := chol.SolveVecTo(&solved, &pull); err != nil {
			break // ill conditioned: the mode so far stands
		}
		solved.MulElemVec(&solved, mat.NewVecDense(n, root))
		a.SubVec(b, &solved)
		next.MulVec(k, a)
		f.SubVec(&next, f)
		step := mat.Norm(f, math.Inf(1))
		f.CopyVec(&next)
		if step < 1e-10 {
			break
		}
	}
	return describe(crossings, k, f, a, root, &chol)
}

func curved(k *mat.SymDense, root []float64) *mat.SymDense {
	b := mat.NewSymDense(k.SymmetricDim(), nil)
	for i := range root {
		for j := range i + 1 {
			b.SetSym(i, j, root[i]*k.At(i, j)*root[j])
		}
	}
	for i := range b.SymmetricDim() {
		b.SetSym(i, i, b.At(i, i)+1)
	}
	return b
}

// describe takes variances and evidence at the mode.
func describe(crossings []Crossing, k *mat.SymDense, f, a *mat.VecDense, root []float64, chol *mat.Cholesky) laplace {
	n := len(crossings)
	l := laplace{mode: make([]float64, n), variance: make([]float64, n), force: make([]float64, n), hold: make([]float64, n)}
	l.evidence = -mat.Dot(f, a)/2 - chol.LogDet()/2
	pull, inverse, held := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), mat.NewDiagDense(n, root)
	pull.Mul(held, k)
	var solved mat.Dense
	if chol.SolveTo(&solved, pull) != nil || chol.SolveTo(inverse, held) != nil {
		l.evidence = math.Inf(-1) // a τ that cannot be fitted carries no weight
		return l
	}
	for i, c := range crossings {
		x := f.AtVec(i)
		l.evidence += float64(c.Passed)*x - float64(c.Of)*softplus(x)
		l.mode[i], l.force[i] = x, a.AtVec(i)
		l.hold[i] = root[i] * inverse.At(i, i)
		l.variance[i] = k.At(i, i) - mat.Dot(pull.ColView(i), solved.ColView(i))
	}
	return l
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// cross averages one crossing over τ. Its departure has mean τ²·force and
// variance τ² − τ⁴·hold.
func cross(c Crossing, at int, tau, w []float64, fits []laplace) Intersection {
	nan := math.NaN()
	out := Intersection{Crossing: c, Rate: Interval{nan, nan, nan}, Apart: nan, Departure: Interval{nan, nan, nan}, P: nan}
	if c.Of == 0 {
		out.Reason = "Nobody of this intersection was at this stage."
		return out
	}
	var odds, departure mixture
	apart, above := 0., 0.
	for i, t := range tau {
		l := fits[i]
		mean, sd := t*t*l.force[at], math.Sqrt(max(0, t*t-t*t*t*t*l.hold[at]))
		odds.add(w[i], l.mode[at], math.Sqrt(max(0, l.variance[at])))
		departure.add(w[i], mean, sd)
		apart += w[i] * logistic(l.mode[at]-mean)
		above += w[i] * distuv.UnitNormal.CDF(mean/sd)
	}
	rate := odds.interval()
	out.Rate = Interval{logistic(rate.Estimate), logistic(rate.Low), logistic(rate.High)}
	out.Apart, out.Departure = apart, departure.interval()
	out.P = min(1, 2*min(above, 1-above))
	return out
}
