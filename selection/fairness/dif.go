package fairness

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// MaterialDIF is the size of a standardised mean difference, in standard
// deviations of the criterion's marks, under which ETS calls an item negligible
// in its difference (Zwick, Thayer and Mazzeo 1997, Appl. Meas. Educ. 10,
// 321–344).
const MaterialDIF = 0.17

// Matched are candidates who did alike elsewhere, counted by the category of
// the mark they had here, the lowest first.
type Matched struct{ Focal, Reference []int }

// DIF says whether a criterion was marked differently for candidates of the two
// groups who did alike on everything else: differential item functioning.
type DIF struct {
	Cell int // the criterion × exercise
	Compared
	Reason  Reason  // why it cannot be told; empty where it can
	Mantel  float64 // χ² with 1 degree of freedom
	P       float64
	SMD     Interval // standardised mean difference, focal less reference, in marks
	Spread  float64  // the standard deviation of the marks
	LogOdds Interval // Liu and Agresti's log ψ, positive where the focal group was marked lower; NaN where it is infinite
	Q       float64  // the false discovery rate of its family; NaN of OrdinalDIF
	Verdict Verdict  // empty of OrdinalDIF
}

// DIFFamily are the criteria × exercises, weighed together.
type DIFFamily struct {
	Family
	Criteria []DIF
}

// Told reports whether there is a figure.
func (d DIF) Told() bool { return d.Reason == "" }

// Words is the finding in a sentence, for a row that names the criterion and
// the groups.
func (d DIF) Words() string {
	if !d.Told() {
		return string(d.Reason)
	}
	way := fmt.Sprintf("Among candidates who did alike elsewhere, the focal group was marked %.2f marks %s here than the reference group (95 %% interval %s)",
		math.Abs(d.SMD.Estimate), than(d.SMD.Estimate, "higher", "lower"), d.SMD.span("higher", "lower"))
	switch d.Verdict {
	case GapFound:
		return way + ". Look at the criterion's wording and anchors: it may ask for something beside the value it stands for."
	case NoMaterialGap:
		return way + ". Any difference is negligible."
	}
	return way + ". These numbers neither show a difference nor rule one out."
}

// OrdinalDIF is the test of one criterion over matched strata; scores are the
// marks of the categories, rising. Strata without candidates of both groups say
// nothing and are skipped.
func OrdinalDIF(strata []Matched, scores []float64) DIF {
	nan := math.NaN()
	d := DIF{Mantel: nan, P: nan, Q: nan, SMD: Interval{nan, nan, nan}, Spread: nan, LogOdds: Interval{nan, nan, nan}}
	var m mantel
	var odds liuAgresti
	seen := make([]float64, len(scores))
	for _, s := range strata {
		focal, reference := total(s.Focal), total(s.Reference)
		if focal == 0 || reference == 0 {
			continue
		}
		d.Focal, d.Reference = d.Focal+focal, d.Reference+reference
		m.add(s, scores)
		odds.add(s)
		for j := range scores {
			seen[j] += float64(s.Focal[j] + s.Reference[j])
		}
	}
	if !(m.variance > 0) {
		d.Reason = "Nothing to tell: candidates who did alike elsewhere were all marked the same here, or none of the other group did as they did."
		return d
	}
	d.Mantel = m.excess * m.excess / m.variance
	d.P = distuv.ChiSquared{K: 1}.Survival(d.Mantel)
	d.SMD = around(m.smd/float64(d.Focal), math.Sqrt(m.smdVariance)/float64(d.Focal))
	d.Spread = stat.StdDev(scores, seen)
	d.LogOdds = odds.interval()
	return d
}

func around(estimate, se float64) Interval {
	return Interval{estimate, estimate - z95*se, estimate + z95*se}
}

// z95 is the 0.975 quantile of the normal.
const z95 = 1.959963984540054

func total(n []int) int {
	sum := 0
	for _, x := range n {
		sum += x
	}
	return sum
}

// mantel sums Mantel's (1963) comparison of mean scores over strata: the
// focal group's sum of scores less what it would be if group and score had
// nothing to do with one another, and its hypergeometric variance; beside it
// the standardised mean difference, weighted by the focal group, with that
// variance (Zwick and Thayer 1996, J. Educ. Behav. Stat. 21, 187–201).
type mantel struct{ excess, variance, smd, smdVariance float64 }

func (m *mantel) add(s Matched, scores []float64) {
	nf, nr := float64(total(s.Focal)), float64(total(s.Reference))
	n := nf + nr
	var focal, all, squares float64
	for j, y := range scores {
		focal += y * float64(s.Focal[j])
		all += y * float64(s.Focal[j]+s.Reference[j])
		squares += y * y * float64(s.Focal[j]+s.Reference[j])
	}
	variance := nf * nr / (n * n * (n - 1)) * (n*squares - all*all)
	m.excess += focal - nf*all/n
	m.variance += variance
	m.smd += nf * (focal/nf - (all-focal)/nr)
	m.smdVariance += nf * nf * (1/nf + 1/nr) * (1/nf + 1/nr) * variance
}

// liuAgresti sums their estimator of the odds ratio common to all cumulative
// splits and strata (Liu and Agresti 1996, Biometrics 52, 1223–1234):
//
//	ψ = Σ_k Σ_j A_jk·D_jk/N_k  /  Σ_k Σ_j B_jk·C_jk/N_k
//
// where A of the focal group lie at or below split j and B above, C and D of the
// reference. Per pair of candidates x (focal) and y (reference) the sums over j
// are max(y − x, 0) and max(x − y, 0) in categories. So ψ solves Σ_k U_k = 0 with
// the two-sample kernel h = max(y − x, 0) − ψ·max(x − y, 0), and the variance of
// a stratum's Σ h, which has mean 0, is estimated without bias by Σ_x(Σ_y h)² +
// Σ_y(Σ_x h)² − Σ h²: right with many sparse strata as with few large ones.
type liuAgresti struct {
	lower, higher float64 // the two sums of ψ
	strata        []Matched
}

func (l *liuAgresti) add(s Matched) {
	n := float64(total(s.Focal) + total(s.Reference))
	for x, f := range s.Focal {
		for y, r := range s.Reference {
			pairs := float64(f*r) / n
			l.lower += pairs * float64(max(y-x, 0))
			l.higher += pairs * float64(max(x-y, 0))
		}
	}
	l.strata = append(l.strata, s)
}

func (l *liuAgresti) interval() Interval {
	if l.lower == 0 || l.higher == 0 {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	psi := l.lower / l.higher
	variance := 0.
	for _, s := range l.strata {
		variance += kernelVariance(s, psi)
	}
	return around(math.Log(psi), math.Sqrt(max(0, variance))/l.lower)
}

// kernelVariance is the variance of U_k.
func kernelVariance(s Matched, psi float64) float64 {
	n := float64(total(s.Focal) + total(s.Reference))
	over := make([]float64, len(s.Reference)) // Σ_x h, by y
	sum := 0.
	for x, f := range s.Focal {
		row := 0. // Σ_y h
		for y, r := range s.Reference {
			h := float64(max(y-x, 0)) - psi*float64(max(x-y, 0))
			row += float64(r) * h
			over[y] += float64(f) * h
			sum -= float64(f*r) * h * h
		}
		sum += float64(f) * row * row
	}
	for y, r := range s.Reference {
		sum += float64(r) * over[y] * over[y]
	}
	return sum / (n * n)
}

// DIFs tests every criterion × exercise of s. A candidate's mark on it is
// the mean over raters to the nearest whole mark; candidates are matched on
// their rest score, the mean of their other marks as deviations from each
// criterion's mean, in bands of about 20 candidates. Where marks of the rest
// are few, and so unreliable, a gap of ability between the groups shows as
// DIF in part (Zwick 1990, J. Educ. Stat. 15, 185–197): read DIF beside
// Gaps. The minimum numbers are those of a gap. Errors: fault.Invalid, and
// the context's.
func DIFs(ctx context.Context, s *Scores) (DIFFamily, error) {
	a, err := s.arrange()
	if err != nil {
		return DIFFamily{}, err
	}
	cells := a.cellMeans()
	rest := cells.rest()
	out := []DIF{}
	for cell := range s.Cells {
		if err := ctx.Err(); err != nil {
			return DIFFamily{}, err
		}
		var list []response
		for i, of := range cells.y {
			if r := rest[i]; !math.IsNaN(of[cell]) && r.n > 1 {
				list = append(list, response{cells.candidates[i], of[cell], r.without(of[cell] - cells.mean[cell])})
			}
		}
		if len(list) > 0 {
			d := s.dif(list)
			d.Cell = cell
			out = append(out, d)
		}
	}
	return judgeDIF(out), nil
}

// cellMeans are the candidates' means over raters by cell, NaN where nobody
// marked, and each cell's mean.
type cellMeans struct {
	candidates []int32
	y          [][]float64
	mean       []float64
}

func (a arranged) cellMeans() cellMeans {
	c := cellMeans{candidates: a.compared(), mean: make([]float64, len(a.Cells))}
	overall := make([]average, len(a.Cells))
	for _, i := range c.candidates {
		sums := make([]average, len(a.Cells))
		for _, r := range a.of(i) {
			sums[a.Cell[r]].add(a.Mark[r])
		}
		y := make([]float64, len(a.Cells))
		for cell, sum := range sums {
			y[cell] = sum.mean() // NaN of none
			if sum.n > 0 {
				overall[cell].add(y[cell])
			}
		}
		c.y = append(c.y, y)
	}
	for cell := range overall {
		c.mean[cell] = overall[cell].mean()
	}
	return c
}

// rest sums each candidate's deviations from the cells' means.
func (c cellMeans) rest() []average {
	rest := make([]average, len(c.y))
	for i, of := range c.y {
		for cell, y := range of {
			if !math.IsNaN(y) {
				rest[i].add(y - c.mean[cell])
			}
		}
	}
	return rest
}

// response is one candidate's mark on a criterion beside the rest score.
type response struct {
	candidate  int32
	mark, rest float64
}

// perBand is about how many candidates are matched as equals: few enough that
// they are nearly so, enough that most bands hold both groups.
const perBand = 20

// dif matches the responses in bands of equal rest scores and tests them.
func (s *Scores) dif(list []response) DIF {
	low, scores := categories(list)
	var strata []Matched
	campaigns := map[int32]bool{}
	for _, band := range bands(list) {
		m := Matched{make([]int, len(scores)), make([]int, len(scores))}
		for _, r := range band {
			side := m.Reference
			if s.Group[r.candidate] == Focal {
				side = m.Focal
			}
			side[int(wholeMark(r.mark)-low)]++
		}
		if total(m.Focal) == 0 || total(m.Reference) == 0 {
			continue
		}
		strata = append(strata, m)
		for _, r := range band {
			campaigns[s.Campaign[r.candidate]] = true
		}
	}
	d := OrdinalDIF(strata, scores)
	if d.Campaigns = len(campaigns); d.Told() && d.few() {
		none := OrdinalDIF(nil, nil)
		none.Compared, none.Reason = d.Compared, tooFewOfGap()
		return none
	}
	return d
}

func wholeMark(mean float64) float64 { return math.Floor(mean + .5) }

// categories are the whole marks from the lowest given to the highest.
func categories(list []response) (low float64, scores []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range list {
		low, high = min(low, wholeMark(r.mark)), max(high, wholeMark(r.mark))
	}
	for y := low; y <= high; y++ {
		scores = append(scores, y)
	}
	return low, scores
}

// bands sorts the responses by rest score and splits them, never between equals.
func bands(list []response) [][]response {
	slices.SortFunc(list, func(a, b response) int {
		return cmp.Or(cmp.Compare(a.rest, b.rest), cmp.Compare(a.candidate, b.candidate))
	})
	var all [][]response
	for len(list) > 0 {
		n := min(perBand, len(list))
		for n < len(list) && list[n].rest-list[n-1].rest < 1e-9 {
			n++
		}
		all = append(all, list[:n])
		list = list[n:]
	}
	return all
}

func judgeDIF(list []DIF) DIFFamily {
	p := make([]float64, len(list))
	for i, d := range list {
		p[i] = d.P
	}
	family, q := discoveries("criterion × exercise", "Benjamini–Hochberg over Mantel's tests of matched candidates", p)
	for i := range list {
		d := &list[i]
		e := Effect{d.SMD, d.P, d.Compared, d.Reason}
		d.Q, d.Verdict = q[i], e.verdict(q[i], MaterialDIF*d.Spread)
	}
	return DIFFamily{family, list}
}
