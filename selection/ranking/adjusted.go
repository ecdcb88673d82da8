package ranking

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"appointable/selection/mixedmodel"
)

// Options of an adjusted ranking. NewOptions sets what has a default.
type Options struct {
	Seed    int64
	Draws   int
	Posts   int
	Weights Weights // ranges of what Data has at one figure; the zero value: there are none
	Apart   float64 // how sure one must be that the first of a group is above the next candidate before the next begins a group
	// Progress is told after each draw; nil: nobody.
	Progress func(draws int)
}

// NewOptions has the documented threshold between groups.
func NewOptions(seed int64, draws, posts int, w Weights) Options {
	return Options{Seed: seed, Draws: draws, Posts: posts, Weights: w, Apart: 0.8}
}

// Adjusted is what the marks say of everybody who has one, once severity, halo
// and the luck of the exercise are taken out, and how sure one may be of it.
type Adjusted struct {
	Draws    int         // as many as were taken: see drawLimit
	Outlooks []Outlook   // best first, equals by index
	Above    [][]float64 // in the order of Outlooks; the diagonal is NaN; nil above TableLimit
	Groups   [][]int     // candidates in the order of Outlooks; nil above TableLimit
	Baseline float64     // the composite of somebody with average values
}

// Outlook is one candidate's adjusted place. Intervals are 90 %.
type Outlook struct {
	Candidate         int
	Rank              int // as Standing has it, and so are the next three
	Tied, Sharing     []int
	BrokenBy          int
	Mean, SD          float64 // of the composite
	Low, High         float64
	Appointable       float64 // NaN where no gate is declared
	InPosts           float64
	RankLow, RankHigh int
	Ranks             []float64 // by rank; nil above TableLimit
	Dimensions        []Estimate
	Contributions     []Contribution // with the baseline they add up to Mean; nil above TableLimit
	Central           []float64      // see Chances
	Confidence        float64
}

// Estimate is a mean with its standard deviation.
type Estimate struct{ Mean, SD float64 }

// Contribution is what the marks on one dimension in one exercise, or one
// psychometric scale, add to a composite.
type Contribution struct {
	Exercise, Dimension int // -1 for a scale
	Test                int // -1 for marks
	Points              float64
}

// drawLimit bounds draws × candidates, so that a national round is drawn in
// seconds: of 50,000 candidates there are 400 draws, by which a chance of one
// half is known to 5 % at two standard errors.
const drawLimit = 20_000_000

// Unmarked lists the dimensions in which nobody has a mark. Where there is one
// nobody has a composite, and Adjust must not be called.
func Unmarked(d Data) []int {
	var unmarked []int
	for k, cells := range averages(d) {
		if sum(cells) == 0 {
			unmarked = append(unmarked, k)
		}
	}
	return unmarked
}

// Adjust ranks by the posterior. The composite is averaged as PanelMean does it,
// over every cell that anybody was marked in, but of the cells' means, which
// are the same for all; to it comes the weighted sum of the candidate's own
// values. It returns ctx's error when the caller stops waiting.
func Adjust(ctx context.Context, d Data, p *mixedmodel.Posterior, o Options) (Adjusted, error) {
	a := adjuster{data: d, posterior: p, options: o, averages: averages(d)}
	if a.options.Weights.Low == nil {
		a.options.Weights = Weights{Low: a.weights(), High: a.weights()}
	}
	out := Adjusted{Outlooks: a.ordered()}
	out.Baseline = dot(a.weights(), a.base(p.Cells()))
	out.Draws = max(1, min(o.Draws, drawLimit/max(1, len(out.Outlooks))))
	if err := a.addChances(ctx, &out); err != nil {
		return Adjusted{}, err
	}
	if len(out.Outlooks) <= TableLimit {
		a.addContributions(out.Outlooks)
		out.Groups = groups(out, o.Apart)
	}
	return out, nil
}

// FirstAndGroups is the part of Adjust that asks who is first and which
// candidates are apart, without a draw: weights at one figure.
func FirstAndGroups(d Data, p *mixedmodel.Posterior, o Options) (first []int, apart [][]int) {
	a := adjuster{data: d, posterior: p, options: o, averages: averages(d)}
	out := Adjusted{Outlooks: a.ordered()}
	for _, l := range out.Outlooks {
		if l.Rank == 1 {
			first = append(first, l.Candidate)
		}
	}
	out.Above = a.above(out.Outlooks)
	return first, groups(out, o.Apart)
}

type adjuster struct {
	data      Data
	posterior *mixedmodel.Posterior
	options   Options
	averages  [][]float64 // by dimension: each cell's part
}

// averages gives every marked cell its part in its dimension: over criteria
// within an exercise, then over exercises.
func averages(d Data) [][]float64 {
	marked := make([]bool, len(d.Cells))
	for _, c := range d.Cell {
		marked[c] = true
	}
	criteria := make([][]float64, len(d.Dimensions)) // by exercise
	exercises := make([]float64, len(d.Dimensions))
	for k := range criteria {
		criteria[k] = make([]float64, d.Exercises)
	}
	for c, cell := range d.Cells {
		if !marked[c] {
			continue
		}
		if criteria[cell.Dimension][cell.Exercise] == 0 {
			exercises[cell.Dimension]++
		}
		criteria[cell.Dimension][cell.Exercise]++
	}
	parts := square(len(d.Dimensions), len(d.Cells))
	for c, cell := range d.Cells {
		if marked[c] {
			parts[cell.Dimension][c] = 1 / (exercises[cell.Dimension] * criteria[cell.Dimension][cell.Exercise])
		}
	}
	return parts
}

func (a adjuster) weights() []float64 {
	weights := make([]float64, len(a.data.Dimensions))
	for k, d := range a.data.Dimensions {
		weights[k] = d.Weight
	}
	return weights
}

// base is the mean of each dimension, from the means of the cells. A cell
// without a mark has no mean, and no part.
func (a adjuster) base(cells []float64) []float64 {
	base := make([]float64, len(a.averages))
	for k, parts := range a.averages {
		for c, part := range parts {
			if part > 0 {
				base[k] += part * cells[c]
			}
		}
	}
	return base
}

// ordered is everybody who has a mark, with figures, ranks and ties; standard
// deviations are for weights at one figure.
func (a adjuster) ordered() []Outlook {
	weights := a.weights()
	outlooks := make([]Outlook, a.data.Candidates)
	means, variances := a.posterior.Composites(a.compositeCells(weights), weights)
	for i := range outlooks {
		outlooks[i] = Outlook{Candidate: i, Mean: means[i], SD: math.Sqrt(variances[i])}
	}
	for k, cells := range a.averages {
		only := make([]float64, len(weights))
		only[k] = 1
		means, variances := a.posterior.Composites(cells, only)
		for i := range outlooks {
			outlooks[i].Dimensions = append(outlooks[i].Dimensions, Estimate{Mean: means[i], SD: math.Sqrt(variances[i])})
		}
	}
	standings := []Standing{}
	for _, i := range marked(a.data) {
		s := Standing{Candidate: i, BrokenBy: -1, Composite: outlooks[i].Mean}
		for _, d := range outlooks[i].Dimensions {
			s.Dimensions = append(s.Dimensions, DimensionMean{Score: d.Mean})
		}
		standings = append(standings, s)
	}
	place(a.data, standings)
	order := make([]Outlook, len(standings))
	for r, s := range standings {
		order[r] = outlooks[s.Candidate]
		order[r].Rank, order[r].Tied, order[r].Sharing, order[r].BrokenBy = s.Rank, s.Tied, s.Sharing, s.BrokenBy
	}
	return order
}

// marked lists the candidates who have a mark.
func marked(d Data) []int {
	has := make([]bool, d.Candidates)
	for _, i := range d.Candidate {
		has[i] = true
	}
	var list []int
	for i := range has {
		if has[i] {
			list = append(list, i)
		}
	}
	return list
}

// addChances samples, but for what has a closed form where the weights are
// known, means, intervals and P(above): exact is better than sampled.
func (a adjuster) addChances(ctx context.Context, out *Adjusted) error {
	n := len(out.Outlooks)
	q := Question{
		Candidates: n, Draws: out.Draws, Weights: a.options.Weights, Posts: a.options.Posts,
		Composite: a.data.Gates.Composite, Minimum: a.data.Gates.Minimum,
	}
	// Two streams of one seed: weights do not disturb the draws of the values.
	c, err := Count(q, rand.New(rand.NewPCG(uint64(a.options.Seed), 2)), a.draws(ctx, *out))
	if err != nil {
		return err
	}
	for r := range out.Outlooks {
		l := &out.Outlooks[r]
		l.InPosts, l.Appointable, l.RankLow, l.RankHigh = c.InPosts[r], c.Appointable[r], c.RankLow[r], c.RankHigh[r]
		if c.Rank != nil {
			l.Ranks = c.Rank[r]
		}
		if c.SD != nil {
			l.SD = c.SD[r]
		}
		if c.Central != nil {
			l.Central, l.Confidence = c.Central[r], c.Confidence[r]
		}
		l.Low, l.High = l.Mean-normal95*l.SD, l.Mean+normal95*l.SD
	}
	out.Above = c.Above
	if c.Rank != nil && c.Above == nil {
		out.Above = a.above(out.Outlooks)
	}
	return nil
}

// normal95 is the 95th percentile of the normal distribution, the upper end of
// a 90 % interval.
const normal95 = 1.6448536269514722

// draws are the posterior's, for those who are ranked, in their order.
func (a adjuster) draws(ctx context.Context, out Adjusted) Draws {
	dimensions := len(a.averages)
	values := make([]float64, len(out.Outlooks)*dimensions)
	return func(fn func(base, values []float64)) error {
		rng, drawn := rand.New(rand.NewPCG(uint64(a.options.Seed), 1)), 0
		return a.posterior.Sample(ctx, rng, out.Draws, func(d mixedmodel.Draw) {
			for r, l := range out.Outlooks {
				copy(values[r*dimensions:(r+1)*dimensions], d.Values[l.Candidate*dimensions:])
			}
			fn(a.base(d.Cells), values)
			if drawn++; a.options.Progress != nil {
				a.options.Progress(drawn)
			}
		})
	}
}

// compositeCells is each cell's part in the composite.
func (a adjuster) compositeCells(weights []float64) []float64 {
	parts := make([]float64, len(a.data.Cells))
	for k, cells := range a.averages {
		for c, part := range cells {
			parts[c] += weights[k] * part
		}
	}
	return parts
}

// above is P(i above j) at known weights.
func (a adjuster) above(outlooks []Outlook) [][]float64 {
	covariance := a.posterior.Covariance(a.weights())
	means := make([]float64, len(outlooks))
	among := square(len(outlooks), len(outlooks))
	for r, l := range outlooks {
		means[r] = l.Mean
		for c, other := range outlooks {
			among[r][c] = covariance[l.Candidate][other.Candidate]
		}
	}
	return Above(means, among)
}

// Above is P(i above j) for normal composites, in closed form:
// Φ((m_i − m_j)/√(C_ii + C_jj − 2C_ij)). The diagonal is NaN.
func Above(means []float64, covariance [][]float64) [][]float64 {
	above := square(len(means), len(means))
	for i := range above {
		for j := range above {
			both := covariance[i][i] + covariance[j][j]
			above[i][j] = chanceAbove(means[i]-means[j], both-2*covariance[i][j], both)
		}
		above[i][i] = math.NaN()
	}
	return above
}

// chanceAbove is P(x > 0) for a normal x, ½ where it is 0 for certain. A
// variance that is rounding's alone, beside what it is the difference of, is 0.
func chanceAbove(mean, variance, of float64) float64 {
	if variance > 1e-13*of {
		return 0.5 * math.Erfc(-mean/math.Sqrt(2*variance))
	}
	switch {
	case mean > 0:
		return 1
	case mean < 0:
		return 0
	}
	return 0.5
}

// groups of candidates whom the evidence does not separate from the first of
// them: from the top down until the first is above the next with the chance
// that is asked for; then the next begins a group. Who share a rank stand by
// their means here, so that no code decides who is first.
func groups(a Adjusted, apart float64) [][]int {
	order := make([]int, len(a.Outlooks))
	for r := range order {
		order[r] = r
	}
	slices.SortFunc(order, func(r, s int) int {
		return cmp.Or(cmp.Compare(a.Outlooks[r].Rank, a.Outlooks[s].Rank), cmp.Compare(a.Outlooks[s].Mean, a.Outlooks[r].Mean), cmp.Compare(r, s))
	})
	var groups [][]int
	first := 0
	for n, r := range order {
		if n == 0 || a.Above[first][r] >= apart {
			groups = append(groups, nil)
			first = r
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], a.Outlooks[r].Candidate)
	}
	return groups
}

// addContributions says what each exercise in which a candidate was marked,
// dimension by dimension, and each scale puts into the composite.
func (a adjuster) addContributions(outlooks []Outlook) {
	weights := a.weights()
	of := make([]map[Contribution]float64, a.data.Candidates) // points by everything else
	for i := range of {
		of[i] = map[Contribution]float64{}
	}
	for row, i := range a.data.Candidate {
		of[i][a.ofCell(int(a.data.Cell[row]))] = 0
	}
	for _, r := range a.data.Results {
		of[r.Candidate][ofTest(int(r.Test))] = 0
	}
	for r := range outlooks {
		l := &outlooks[r]
		cells, tests := a.posterior.Points(l.Candidate, weights)
		points := of[l.Candidate]
		for c, p := range cells {
			if at := a.ofCell(c); p != 0 {
				points[at] += p
			}
		}
		for t, p := range tests {
			if p != 0 {
				points[ofTest(t)] += p
			}
		}
		for at, p := range points {
			at.Points = p
			l.Contributions = append(l.Contributions, at)
		}
		slices.SortFunc(l.Contributions, func(x, y Contribution) int {
			return cmp.Or(cmp.Compare(x.Test, y.Test), cmp.Compare(x.Exercise, y.Exercise), cmp.Compare(x.Dimension, y.Dimension))
		})
	}
}

func (a adjuster) ofCell(cell int) Contribution {
	return Contribution{Exercise: a.data.Cells[cell].Exercise, Dimension: a.data.Cells[cell].Dimension, Test: -1}
}

func ofTest(test int) Contribution { return Contribution{Exercise: -1, Dimension: -1, Test: test} }

// ByAdjusted puts standings into the adjusted order, with its ranks and ties.
// Who has no adjusted place stands last, without a rank.
func ByAdjusted(standings []Standing, a Adjusted) []Standing {
	own := make(map[int]Standing, len(standings))
	for _, s := range standings {
		own[s.Candidate] = s
	}
	var out []Standing
	for _, l := range a.Outlooks {
		s := own[l.Candidate]
		delete(own, l.Candidate)
		s.Rank, s.Tied, s.Sharing, s.BrokenBy = l.Rank, l.Tied, l.Sharing, l.BrokenBy
		out = append(out, s)
	}
	for _, s := range standings {
		if _, left := own[s.Candidate]; left {
			s.Rank, s.Tied, s.Sharing, s.BrokenBy = 0, nil, nil, -1
			out = append(out, s)
		}
	}
	return out
}
