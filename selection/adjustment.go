package selection

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"appointable/internal/fault"
	"appointable/selection/mixedmodel"
	"appointable/selection/ranking"
)

// adjustment is what the mixed model says of a round.
type adjustment struct {
	components mixedmodel.Components
	record     FitRecord
	prior      PriorUse
	posterior  *mixedmodel.Posterior
	marks      *mixedmodel.Posterior // without the scales; nil where there are none, or nothing asks for it
	adjusted   ranking.Adjusted
	raters     []int      // those who marked somebody: their index in the panel
	severities []Severity // of raters
	cells      []float64  // each cell's mean
	warnings   []string
	data       mixedmodel.Data // the marks, as the engine had them
	groups     int             // of assessors that saw nobody in common
}

// adjust fits the model and ranks by it; nil, with a warning why, where there
// is nothing to fit. It returns Invalid where the prior has mistakes, and ctx's
// error when the caller stops waiting.
func (c *columns) adjust(ctx context.Context, s Settings) (*adjustment, []string, error) {
	if len(c.data.Score) == 0 {
		return nil, []string{"There is no mark that counts, so there is no adjusted order."}, nil
	}
	if unmarked := ranking.Unmarked(c.data); len(unmarked) > 0 {
		var titles []string
		for _, k := range unmarked {
			titles = append(titles, c.title(k))
		}
		return nil, []string{fmt.Sprintf("Nobody has a mark on %s, so there is no adjusted order.", strings.Join(titles, ", "))}, nil
	}
	a, err := c.fit(ctx, s)
	if fault.Is(err, fault.Invalid) && a != nil {
		return nil, []string{fmt.Sprintf("There is no adjusted order: %s.", err)}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	options := c.options(s)
	options.Marks = a.marks
	a.adjusted, err = ranking.Adjust(ctx, c.data, a.posterior, options)
	if w := drawsWarning(s.Draws, a.adjusted.Draws); w != "" && err == nil {
		a.warnings = append(a.warnings, w)
	}
	a.severities, a.cells = a.severity(c), a.posterior.Cells()
	a.record.Coefficients = a.coefficients(c)
	a.posterior, a.marks = nil, nil // for a national round they are large, and all is read from them
	return a, a.warnings, err
}

// coefficients are of the composite at the middle of its weights, of marks alone.
func (a *adjustment) coefficients(c *columns) *Coefficients {
	if len(a.adjusted.Outlooks) < 2 {
		return nil
	}
	design := mixedmodel.DesignOf(a.data)
	for k, d := range c.data.Dimensions {
		design.Weights[k] = d.Weight
	}
	r := a.components.Study(design)
	return &Coefficients{r.Generalizability, r.Dependability}
}

// severity is how strictly each rater marked.
func (a *adjustment) severity(c *columns) []Severity {
	var list []Severity
	scored := c.scored()
	for j, panel := range a.raters {
		s := Severity{Rater: c.round.Campaign.Panel[panel].Rater, Direction: "higher", Scored: scored[panel]}
		s.Severity, s.SD = a.posterior.Rater(j)
		switch {
		case math.Abs(s.Severity) < 1e-9: // rounding's, if anything
			s.Direction = ""
		case s.Severity < 0:
			s.Direction = "lower"
		}
		list = append(list, s)
	}
	return list
}

func (c *columns) options(s Settings) ranking.Options {
	var low, high []float64
	for _, d := range c.round.Framework.Dimensions {
		low, high = append(low, d.Weight.Low), append(high, d.Weight.High)
	}
	return ranking.Options{
		Seed: s.Seed, Draws: s.Draws, Posts: c.round.Campaign.Post.Posts, Weights: ranking.Weights{Low: low, High: high},
		Apart: s.apart(), Progress: s.told("draws"),
	}
}

// fit finds components and posterior. An Invalid fault with an adjustment is the
// engine's: there is too little to fit.
func (c *columns) fit(ctx context.Context, s Settings) (*adjustment, error) {
	a := &adjustment{}
	data := c.model(a)
	a.data, a.groups = data, len(mixedmodel.Groups(data))
	if s.Components != nil {
		a.given(data, *s.Components)
		return a, a.see(ctx, c, data, s.Components.Candidate)
	}
	prior, use, err := c.prior()
	if err != nil {
		return nil, err
	}
	fit, err := estimate(ctx, data, prior, s)
	if err != nil {
		return a, err
	}
	a.components = fit.Components
	a.warnings = append(a.warnings, fit.Warnings...)
	a.record = FitRecord{
		N: fit.Observed, Criterion: number(fit.Criterion), Method: fit.Method, Converged: fit.Converged,
		Components: fit.Components, Warnings: append([]string{}, fit.Warnings...),
	}
	a.prior = use
	a.prior.weigh(fit, len(c.candidates))
	if !fit.Converged {
		a.warnings = append(a.warnings, "The search for the variance components did not converge. Read the adjusted figures as rough.")
	}
	if err := a.see(ctx, c, data, prior.Components.Candidate); err != nil {
		return a, err
	}
	if c.round.Prior == nil && len(c.candidates) > 1 && len(c.candidates) <= ranking.TableLimit {
		err = c.tryOtherPrior(ctx, s, a, data)
	}
	return a, err
}

func estimate(ctx context.Context, data mixedmodel.Data, prior mixedmodel.Prior, s Settings) (mixedmodel.Fit, error) {
	return mixedmodel.Estimate(ctx, data, mixedmodel.Options{
		Terms: mixedmodel.AllTerms(), Method: mixedmodel.MAP, Prior: prior, Progress: s.told("evaluations of the fit"),
	})
}

// model is the marks in the engine's columns. Raters who marked nobody are left
// out: they could tell nothing.
func (c *columns) model(a *adjustment) mixedmodel.Data {
	index := make([]int32, c.data.Raters)
	for j, marks := range c.scored() {
		if marks > 0 {
			index[j] = int32(len(a.raters))
			a.raters = append(a.raters, j)
		}
	}
	data := mixedmodel.Data{
		Candidates: len(c.candidates), Raters: len(a.raters), Exercises: c.data.Exercises, Dimensions: len(c.data.Dimensions),
		Candidate: c.data.Candidate, Cell: c.data.Cell, Score: c.data.Score, Rater: make([]int32, len(c.data.Rater)),
	}
	for row, j := range c.data.Rater {
		data.Rater[row] = index[j]
	}
	for _, cell := range c.data.Cells {
		data.Cells = append(data.Cells, mixedmodel.Cell(cell))
	}
	return data
}

// scored counts each rater's marks.
func (c *columns) scored() []int {
	scored := make([]int, c.data.Raters)
	for _, j := range c.data.Rater {
		scored[j]++
	}
	return scored
}

// prior is that of prior.json, else the documented one.
func (c *columns) prior() (mixedmodel.Prior, PriorUse, error) {
	if c.round.Prior == nil {
		scale := c.round.Framework.Scale
		p := mixedmodel.DefaultPrior(len(c.data.Dimensions), scale.Max-scale.Min)
		return p, PriorUse{
			Source: PriorDefault, Pseudo: p.Pseudo, Residuals: p.Residuals,
			Words: "the documented default, illustrative until a trust has learned its own from closed campaigns",
		}, nil
	}
	p, from, err := readPrior(c.round.Prior, c.round.Framework)
	source, words := PriorGiven, strings.TrimSuffix(priorFile+", "+from, ", ")
	if from == PriorDefault || from == PriorPooled {
		source = from
	}
	if from == PriorPooled {
		words = "the trust's own closed campaigns"
	}
	return p, PriorUse{Source: source, Pseudo: p.Pseudo, Residuals: p.Residuals, Words: words}, err
}

// weigh says how much the prior weighed against the marks.
func (u *PriorUse) weigh(fit mixedmodel.Fit, candidates int) {
	if math.IsNaN(fit.Criterion) { // the marks tell nothing
		u.Weight, u.Words = 1, fmt.Sprintf("The variance components are all from what was believed before the marks: %s.", u.Words)
		return
	}
	u.Weight = u.Residuals / (u.Residuals + float64(max(fit.Observed-fit.CellMeans, 0)))
	u.Words = fmt.Sprintf("What was believed before the marks is from %s. It counts as much as %v candidates beside the %d here, and makes up %.0f%% of the residual variance.",
		u.Words, u.Pseudo, candidates, 100*u.Weight)
}

// given takes components as they are.
func (a *adjustment) given(data mixedmodel.Data, c mixedmodel.Components) {
	a.components = c
	a.record = FitRecord{N: len(data.Score), Method: PriorGiven, Converged: true, Components: c, Warnings: []string{}}
	a.prior = PriorUse{Source: PriorGiven, Weight: 1, Words: "The variance components were given; nothing was fitted."}
}

// see works the posterior out; believed is the Σ_v that identifies the scales.
func (a *adjustment) see(ctx context.Context, c *columns, data mixedmodel.Data, believed [][]float64) error {
	var err error
	a.posterior, err = mixedmodel.NewPosterior(ctx, c.evidence(data, believed), a.components, 0)
	if err != nil || len(c.tests) == 0 || !c.data.Gates.Thresholds() {
		return err
	}
	a.marks, err = mixedmodel.NewPosterior(ctx, mixedmodel.Evidence{Data: data}, a.components, 0)
	return err
}

// evidence adds the weighted psychometric scales. A scale of validity r is tied
// to the values by b ∝ loads with b′Σ_v0·b = r²·sd²; what it measures reliably
// beside them is ψ = sd²(reliability − r²), and SEM² = sd²(1 − reliability)
// (statistics §1).
func (c *columns) evidence(data mixedmodel.Data, believed [][]float64) mixedmodel.Evidence {
	e := mixedmodel.Evidence{Data: data}
	for _, test := range c.tests {
		loads := make([]float64, len(believed))
		for k, d := range c.round.Framework.Dimensions {
			loads[k] = test.Loads[d.Code]
		}
		unscaled := 0.0
		for k := range loads {
			for m := range loads {
				unscaled += loads[k] * believed[k][m] * loads[m]
			}
		}
		for k := range loads {
			if unscaled > 0 { // else nobody varies in what the scale loads on
				loads[k] *= test.Validity * test.SD / math.Sqrt(unscaled)
			}
		}
		psi := test.SD * test.SD * (test.Reliability - test.Validity*test.Validity)
		e.Scales = append(e.Scales, mixedmodel.Scale{Loads: loads, Noise: test.SEM()*test.SEM() + psi})
	}
	for _, r := range c.data.Results {
		e.Results = append(e.Results, mixedmodel.ScaleResult{Candidate: r.Candidate, Scale: r.Test, Score: r.Score})
	}
	return e
}

// tryOtherPrior warns where first place or the groups hang on the prior: it
// fits once more as the assessment-centre literature would believe.
func (c *columns) tryOtherPrior(ctx context.Context, s Settings, a *adjustment, data mixedmodel.Data) error {
	scale := c.round.Framework.Scale
	prior := mixedmodel.ExercisePrior(len(c.data.Dimensions), scale.Max-scale.Min)
	fit, err := estimate(ctx, data, prior, s)
	if err != nil {
		return err
	}
	posterior, err := mixedmodel.NewPosterior(ctx, c.evidence(data, prior.Components.Candidate), fit.Components, 0)
	if err != nil {
		return err
	}
	first, groups := ranking.FirstAndGroups(c.data, a.posterior, c.options(s))
	otherFirst, otherGroups := ranking.FirstAndGroups(c.data, posterior, c.options(s))
	const belief = "With another assumption, found in studies of assessment centres"
	if !containsAll(first, otherFirst) {
		a.warnings = append(a.warnings, fmt.Sprintf("%s, %s would be first in the adjusted order, not %s.", belief, c.listed(otherFirst), c.listed(first)))
	}
	if !sameGroups(groups, otherGroups) {
		a.warnings = append(a.warnings, fmt.Sprintf("%s, the marks would separate other groups: %s.", belief, c.groupsText(otherGroups)))
	}
	return nil
}

// containsAll: those who are first with one prior and share first place with
// the other are no contradiction.
func containsAll(candidates, others []int) bool {
	return !slices.ContainsFunc(others, func(i int) bool { return !slices.Contains(candidates, i) })
}

// sameGroups compares who stands together, whatever the order within a group.
func sameGroups(a, b [][]int) bool {
	return slices.EqualFunc(a, b, func(x, y []int) bool {
		return slices.Equal(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y)))
	})
}

func (c *columns) codes(candidates []int) []string {
	codes := []string{}
	for _, i := range candidates {
		codes = append(codes, c.candidates[i])
	}
	return codes
}

func (c *columns) listed(candidates []int) string { return strings.Join(c.codes(candidates), " and ") }

func (c *columns) groupsText(groups [][]int) string {
	const groupsShown = 5
	var texts []string
	for _, g := range groups[:min(len(groups), groupsShown)] {
		texts = append(texts, c.others(g, nobody))
	}
	text := strings.Join(texts, "; then ")
	if more := len(groups) - groupsShown; more > 0 {
		text += fmt.Sprintf("; and %s", count(more, "more group", "more groups"))
	}
	return text
}

// describe fills in what the adjustment says of the whole round.
func (a *adjustment) describe(c *columns, out *Ranking) {
	a.record.Dimensions = []string{}
	for _, d := range c.round.Framework.Dimensions {
		a.record.Dimensions = append(a.record.Dimensions, d.Code)
	}
	for i, mean := range a.cells {
		a.record.Cells = append(a.record.Cells, CellMean{c.cells[i].exercise, c.cells[i].criterion, number(mean)})
	}
	out.Fit, out.Prior, out.Draws, out.Raters = &a.record, &a.prior, a.adjusted.Draws, a.severities
	for _, g := range a.adjusted.Groups {
		out.Groups = append(out.Groups, c.codes(g))
	}
	out.PAbove = a.above(out.Candidates, c.candidates)
}

// above is the table in the order of the places.
func (a *adjustment) above(places []Place, codes []string) [][]*float64 {
	if a.adjusted.Above == nil || len(places) < 2 || len(places) > traceLimit {
		return nil
	}
	at := map[string]int{}
	for r, l := range a.adjusted.Outlooks {
		at[codes[l.Candidate]] = r
	}
	table := make([][]*float64, len(places))
	for i, p := range places {
		table[i] = make([]*float64, len(places))
		row, placed := at[p.Candidate]
		for j, other := range places {
			if column, both := at[other.Candidate]; placed && both {
				table[i][j] = number(a.adjusted.Above[row][column])
			}
		}
	}
	return table
}

// fill puts an outlook into a candidate's place.
func (a *adjustment) fill(c *columns, l ranking.Outlook, p *Place) {
	p.Adjusted = &AdjustedPlace{Mean: l.Mean, SD: l.SD, Low: l.Low, High: l.High, PAppointable: number(l.Appointable)}
	if len(a.adjusted.Outlooks) > 1 {
		p.Adjusted.Rank, p.Adjusted.PInPosts = &l.Rank, &l.InPosts
		p.Adjusted.RankLow, p.Adjusted.RankHigh, p.Adjusted.PRank = l.RankLow, l.RankHigh, l.Ranks
		if l.Central != nil {
			p.Adjusted.CentralWeights, p.Adjusted.Confidence = l.Central, &l.Confidence
		}
	}
	for k := range p.Dimensions {
		p.Dimensions[k].Mean, p.Dimensions[k].SD = &l.Dimensions[k].Mean, &l.Dimensions[k].SD
	}
	p.Baseline = &a.adjusted.Baseline
	for _, points := range l.Contributions {
		contribution := Contribution{Points: points.Points}
		if points.Test >= 0 {
			contribution.Instrument, contribution.Scale = c.tests[points.Test].Instrument, c.tests[points.Test].Scale
		} else {
			contribution.Exercise = c.round.Campaign.Exercises[points.Exercise].Code
			contribution.Dimension = c.round.Framework.Dimensions[points.Dimension].Code
		}
		p.Contributions = append(p.Contributions, contribution)
	}
}
