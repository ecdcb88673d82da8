package ranking

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"appointable/selection/mixedmodel"
)

// Options of an adjusted ranking.
type Options struct {
	Seed    int64
	Draws   int
	Posts   int
	Weights Weights // ranges of what Data has at one figure; the zero value: there are none
	// Marks is the posterior of the marks alone, which gates look at; nil: the
	// posterior knows of nothing else, or the chances may.
	Marks *mixedmodel.Posterior
	Apart float64 // how sure one must be that the first of a group is above the next candidate before the next begins a group; 0.8 as documented
	// Progress is told after each draw; nil: nobody.
	Progress func(draws int)
}

// Adjusted is what the marks say of everybody who has one, once severity, halo
// and the luck of the exercise are taken out, and how sure one may be of it.
type Adjusted struct {
	Draws    int         // as many as were taken: see drawLimit
	Outlooks []Outlook   // best first, equals by index
	Above    [][]float64 // in the order of Outlooks; the diagonal is NaN; nil above TableLimit, and where they are fewer but not all candidates and the weights are known
	Groups   [][]int     // candidates in the order of Outlooks; nil where Above is
	Baseline float64     // the composite of somebody with average values
}

// Outlook is one candidate's adjusted place. Intervals are 90%: of a normal
// distribution where the weights are known, else quantiles of the draws. Mean,
// Contributions and Baseline are at the mean of the weights that are drawn.
type Outlook struct {
	Candidate         int
	Rank              int // as Standing has it, and so are the next three
	Tied, Sharing     []int
	BrokenBy          int
	Mean, SD          float64 // of the composite
	Low, High         float64
	Appointable       float64 // NaN where no gate is declared, and where a veto stops the candidate whatever the values are
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
	a := newAdjuster(d, p, o)
	out := Adjusted{Outlooks: a.ordered()}
	out.Baseline = dot(a.weights, a.base(p.Cells()))
	out.Draws = max(1, min(o.Draws, drawLimit/max(1, len(out.Outlooks))))
	if err := a.addChances(ctx, &out); err != nil {
		return Adjusted{}, err
	}
	if len(out.Outlooks) <= TableLimit {
		a.addContributions(out.Outlooks)
	}
	if out.Above != nil {
		out.Groups = groups(out, o.Apart)
	}
	return out, nil
}

// FirstAndGroups is the part of Adjust that asks who is first and which
// candidates are apart, without a draw: weights at their mean. It is for as many
// candidates as have tables.
func FirstAndGroups(d Data, p *mixedmodel.Posterior, o Options) (first []int, apart [][]int) {
	a := newAdjuster(d, p, o)
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
	weights   []float64   // each dimension's share, the mean of those drawn
}

func newAdjuster(d Data, p *mixedmodel.Posterior, o Options) adjuster {
	a := adjuster{data: d, posterior: p, options: o, averages: averages(d)}
	for _, dimension := range d.Dimensions {
		a.weights = append(a.weights, dimension.Weight)
	}
	if o.Weights.Low == nil || o.Weights.Fixed() {
		a.options.Weights = Weights{Low: a.weights, High: a.weights}
	} else {
		a.weights = o.Weights.Mean()
	}
	return a
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
	outlooks := make([]Outlook, a.data.Candidates)
	means, variances := a.posterior.Composites(a.compositeCells(), a.weights)
	for i := range outlooks {
		outlooks[i] = Outlook{Candidate: i, Mean: means[i], SD: root(variances[i])}
	}
	for k, cells := range a.averages {
		only := make([]float64, len(a.weights))
		only[k] = 1
		means, variances := a.posterior.Composites(cells, only)
		for i := range outlooks {
			outlooks[i].Dimensions = append(outlooks[i].Dimensions, Estimate{Mean: means[i], SD: root(variances[i])})
		}
	}
	standings := []Standing{}
	for _, i := range marked(a.data) {
		standings = append(standings, outlooks[i].standing())
	}
	place(a.data, standings)
	order := make([]Outlook, len(standings))
	for r, s := range standings {
		order[r] = outlooks[s.Candidate]
		order[r].Rank, order[r].Tied, order[r].Sharing, order[r].BrokenBy = s.Rank, s.Tied, s.Sharing, s.BrokenBy
	}
	return order
}

// standing has the adjusted figures where PanelMean has the panel's.
func (l Outlook) standing() Standing {
	s := Standing{Candidate: l.Candidate, BrokenBy: -1, Composite: l.Mean}
	for _, d := range l.Dimensions {
		s.Dimensions = append(s.Dimensions, DimensionMean{Score: d.Mean})
	}
	return s
}

// root is the standard deviation of a variance, which rounding can take below 0.
func root(variance float64) float64 { return math.Sqrt(max(variance, 0)) }

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
	c, err := Count(q, a.weightStream(), a.draws(ctx, *out, a.posterior))
	if err != nil {
		return err
	}
	if a.options.Marks != nil && q.gated() {
		if c.Appointable, err = CountAppointable(q, a.weightStream(), a.draws(ctx, *out, a.options.Marks)); err != nil {
			return err
		}
	}
	vetoed := vetoed(a.data)
	for r := range out.Outlooks {
		l := &out.Outlooks[r]
		l.InPosts, l.Appointable, l.RankLow, l.RankHigh = c.InPosts[r], c.Appointable[r], c.RankLow[r], c.RankHigh[r]
		if c.Rank != nil {
			l.Ranks = c.Rank[r]
		}
		if vetoed[l.Candidate] {
			l.Appointable = math.NaN()
		}
		l.Low, l.High = l.Mean-Within90*l.SD, l.Mean+Within90*l.SD
		if c.SD != nil {
			l.SD, l.Low, l.High = c.SD[r], c.Low[r], c.High[r]
		}
		if c.Central != nil {
			l.Central, l.Confidence = c.Central[r], c.Confidence[r]
		}
	}
	out.Above = c.Above
	// The covariance is of all candidates, however few of them have marks.
	if c.Above == nil && a.data.Candidates <= TableLimit {
		out.Above = a.above(out.Outlooks)
	}
	return nil
}

// vetoed tells of each candidate whether a veto that means no stops them.
func vetoed(d Data) []bool {
	stopped := make([]bool, d.Candidates)
	for row, i := range d.Candidate {
		if d.Gates.Veto != nil && d.Gates.VetoMeans == NotMet && !below(*d.Gates.Veto, d.Score[row]) {
			stopped[i] = true
		}
	}
	return stopped
}

// Within90 is how many standard deviations each side of its mean hold 90% of a
// normal distribution.
const Within90 = 1.6448536269514722

// weightStream is another stream than that of the values: weights do not disturb
// their draws.
func (a adjuster) weightStream() *rand.Rand {
	return rand.New(rand.NewPCG(uint64(a.options.Seed), 2))
}

// draws are the posterior's, for those who are ranked, in their order.
func (a adjuster) draws(ctx context.Context, out Adjusted, posterior *mixedmodel.Posterior) Draws {
	dimensions := len(a.averages)
	values := make([]float64, len(out.Outlooks)*dimensions)
	return func(fn func(base, values []float64)) error {
		rng, drawn := rand.New(rand.NewPCG(uint64(a.options.Seed), 1)), 0
		return posterior.Sample(ctx, rng, out.Draws, func(d mixedmodel.Draw) {
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
func (a adjuster) compositeCells() []float64 {
	parts := make([]float64, len(a.data.Cells))
	for k, cells := range a.averages {
		for c, part := range cells {
			parts[c] += a.weights[k] * part
		}
	}
	return parts
}

// above is P(i above j) at the mean weights.
func (a adjuster) above(outlooks []Outlook) [][]float64 {
	covariance := a.posterior.Covariance(a.weights)
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

// ByAdjusted puts standings into the adjusted order. Who has no composite of the
// panel's has none under this rule either, and stands last, without a rank, in
// the order of the standings: a dimension without a mark is for the panel to
// discuss, and no figure from the other dimensions stands in for it. The others
// have the ranks and ties that they have among themselves.
func ByAdjusted(d Data, standings []Standing, a Adjusted) []Standing {
	own := make(map[int]Standing, len(standings))
	for _, s := range standings {
		own[s.Candidate] = s
	}
	var ranked []Standing
	for _, l := range a.Outlooks {
		if !math.IsNaN(own[l.Candidate].Composite) {
			ranked = append(ranked, l.standing())
		}
	}
	place(d, ranked)
	var out []Standing
	for _, r := range ranked {
		s := own[r.Candidate]
		delete(own, r.Candidate)
		s.Rank, s.Tied, s.Sharing, s.BrokenBy = r.Rank, r.Tied, r.Sharing, r.BrokenBy
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
