package mixedmodel

import "slices"

// Design is a plan of who scores what, for a D-study: how well would the
// weighted mean of the scores tell candidates apart? (Brennan 2001,
// Generalizability Theory, ch. 4 for crossed and nested designs, ch. 10 for
// composites.) Whoever is scored stands in the same exercises; a candidate's
// figure is Σ_k w_k·Σ_e a_ke·(mean of the scores of dimension k in exercise e).
type Design struct {
	Weights  []float64   // w_k, by dimension; they sum to 1
	Shares   [][]float64 // a_ke, dimension × exercise; the row of a dimension with a weight sums to 1
	Criteria [][]float64 // m_ke: how many scores a rater gives in the dimension in the exercise; above 0 where the share is
	Raters   float64     // n_r: how many score a candidate, in each exercise where they are nested; above 0
	Nested   bool        // each exercise has raters of its own; otherwise a candidate's raters see all exercises
	Differ   bool        // candidates meet different raters and the mean is not adjusted: severity is relative error
	// Exercises is how many exercises of the kind and mix above there are: with
	// 3 in Shares, 4 is one more of the sort. 0 is those of Shares.
	Exercises int
}

// Reliability is what a design can tell. The variances are those of the
// composite, in squared units of the scores.
type Reliability struct {
	Universe         float64 `json:"universe"`         // w′Σ_v w: what one wants to know
	Relative         float64 `json:"relative_error"`   // of differences between candidates
	Absolute         float64 `json:"absolute_error"`   // of a candidate's figure against a threshold
	Generalizability float64 `json:"generalizability"` // Eρ², with the relative error; 0 where nothing varies
	Dependability    float64 `json:"dependability"`    // Φ, with the absolute one
}

// Study works out what a design can tell, were these the variance components.
// Cells are fixed: their difficulty is known and no error, unlike in Brennan's
// designs with random tasks or items.
func (c Components) Study(d Design) Reliability {
	share := d.shares()
	relative := share.exercise*c.CandidateExercise + share.rater*c.CandidateRater + share.score*c.Residual
	severity := share.rater*c.Rater + share.raterDimension*c.RaterDimension
	r := Reliability{Universe: c.universe(d.Weights), Relative: relative, Absolute: relative + severity}
	if d.Differ {
		r.Relative = r.Absolute
	}
	r.Generalizability = ratio(r.Universe, r.Universe+r.Relative)
	r.Dependability = ratio(r.Universe, r.Universe+r.Absolute)
	return r
}

func (c Components) universe(weights []float64) (variance float64) {
	for k, row := range c.Candidate {
		for l, x := range row {
			variance += weights[k] * weights[l] * x
		}
	}
	return variance
}

func ratio(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// shares is how much of each component's variance is left in the composite.
type shares struct{ exercise, rater, raterDimension, score float64 }

// shares sums squares of what one level of each term weighs in the composite
// (statistics §3, D-study): with b_ke = w_k·a_ke,
//
//	candidate × exercise  Σ_e (Σ_k b_ke)²
//	a rater               1/n_r; nested Σ_e (Σ_k b_ke)²/n_r
//	rater × dimension     Σ_k w_k²/n_r; nested Σ_ke b_ke²/n_r
//	a score               Σ_ke b_ke²/(n_r·m_ke)
//
// n exercises where E were planned leave E/n of every sum over exercises.
func (d Design) shares() shares {
	var exercise, raterDimension, score float64
	for e := range d.exercises() {
		var weight float64
		for k, w := range d.Weights {
			b := w * d.Shares[k][e]
			if b == 0 {
				continue
			}
			weight += b
			raterDimension += b * b
			score += b * b / d.Criteria[k][e]
		}
		exercise += weight * weight
	}
	fewer := 1.0
	if d.Exercises > 0 {
		fewer = float64(d.exercises()) / float64(d.Exercises)
	}
	s := shares{exercise: fewer * exercise, score: fewer * score / d.Raters}
	s.rater, s.raterDimension = 1/d.Raters, square(d.Weights)/d.Raters
	if d.Nested {
		s.rater, s.raterDimension = fewer*exercise/d.Raters, fewer*raterDimension/d.Raters
	}
	return s
}

func square(weights []float64) (sum float64) {
	for _, w := range weights {
		sum += w * w
	}
	return sum
}

func (d Design) exercises() int {
	if len(d.Shares) == 0 {
		return 0
	}
	return len(d.Shares[0])
}

// DesignOf is the design that scores were given in: dimensions, and exercises
// within them, weigh the same. Where candidates were scored unequally, numbers
// of raters and of scores are harmonic means (Brennan 2001, ch. 7): a candidate
// with few weighs more than the plain mean would have it. There must be a score.
func DesignOf(d Data) Design {
	met := whoMet(d)
	design := Design{Nested: met.nested(d.Exercises), Differ: met.differ()}
	design.Raters = met.perCandidate()
	if design.Nested {
		design.Raters = met.perCandidateAndExercise()
	}
	design.Shares, design.Criteria = make([][]float64, d.Dimensions), make([][]float64, d.Dimensions)
	scores := scoresPerCandidate(d)
	seen := 0
	for k := range d.Dimensions {
		design.Shares[k], design.Criteria[k] = equalShares(scores[k]), make([]float64, d.Exercises)
		for e, n := range scores[k] {
			design.Criteria[k][e] = n / design.Raters
		}
		if slices.Max(design.Shares[k]) > 0 {
			seen++
		}
	}
	for k := range d.Dimensions {
		weight := 0.0
		if slices.Max(design.Shares[k]) > 0 {
			weight = 1 / float64(seen)
		}
		design.Weights = append(design.Weights, weight)
	}
	return design
}

// equalShares divides 1 among the exercises in which there are scores.
func equalShares(scores []float64) []float64 {
	shares := make([]float64, len(scores))
	seen := 0
	for _, n := range scores {
		if n > 0 {
			seen++
		}
	}
	for e, n := range scores {
		if n > 0 {
			shares[e] = 1 / float64(seen)
		}
	}
	return shares
}

// scoresPerCandidate is the harmonic mean of the number of scores, dimension ×
// exercise, over the candidates who have any there; 0 where nobody has.
func scoresPerCandidate(d Data) [][]float64 {
	counts := make([]int, d.Candidates*d.Dimensions*d.Exercises)
	for row, i := range d.Candidate {
		cell := d.Cells[d.Cell[row]]
		counts[(int(i)*d.Dimensions+cell.Dimension)*d.Exercises+cell.Exercise]++
	}
	means := make([][]float64, d.Dimensions)
	for k := range means {
		means[k] = make([]float64, d.Exercises)
		for e := range means[k] {
			var h harmonic
			for i := range d.Candidates {
				h.add(counts[(i*d.Dimensions+k)*d.Exercises+e])
			}
			means[k][e] = h.mean()
		}
	}
	return means
}

// harmonic is the harmonic mean of counts, those of 0 left out.
type harmonic struct {
	n, inverse float64
	least      int
	most       int
}

func (h *harmonic) add(count int) {
	if count == 0 {
		return
	}
	if h.n == 0 {
		h.least = count
	}
	h.n++
	h.inverse += 1 / float64(count)
	h.least, h.most = min(h.least, count), max(h.most, count)
}

func (h *harmonic) mean() float64 {
	if h.least == h.most { // to the last bit: seven raters are not 6.999…
		return float64(h.most)
	}
	return h.n / h.inverse
}
