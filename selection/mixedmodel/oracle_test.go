package mixedmodel

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// readLong reads cand,rater,ex,value,y: one cell for each value and exercise.
func readLong(t testing.TB, path string) Data {
	t.Helper()
	d, err := loadLong(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func loadLong(path string) (Data, error) {
	d := Data{Exercises: 3, Dimensions: 4}
	for e := range 3 {
		for k := range 4 {
			d.Cells = append(d.Cells, Cell{Exercise: e, Dimension: k})
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return d, err
	}
	defer func() { _ = f.Close() }()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return d, err
		}
	}
	r := csv.NewReader(bufio.NewReaderSize(in, 1<<20))
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return d, err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		var at [4]int
		for n := range at {
			if at[n], err = strconv.Atoi(row[n]); err != nil {
				return d, err
			}
		}
		y, err := strconv.ParseFloat(row[4], 64)
		if err != nil {
			return d, err
		}
		d.Candidates, d.Raters = max(d.Candidates, at[0]+1), max(d.Raters, at[1]+1)
		d.Candidate, d.Rater = append(d.Candidate, int32(at[0])), append(d.Rater, int32(at[1]))
		d.Cell, d.Score = append(d.Cell, int32(at[2]*4+at[3])), append(d.Score, y)
	}
}

func m1() Terms { return Terms{Candidate: true, CandidateExercise: true, Rater: true} }

// lme4Oracle is what lme4 found for a file (statistics §7). Where it was
// polished its estimates are good to the digits given; elsewhere only the
// criterion is compared, which may come out lower by what lme4's optimiser left.
type lme4Oracle struct {
	file      string
	terms     Terms
	criterion float64
	slack     float64   // how much lower is still right
	estimates []float64 // Σ_v's diagonal, w, h, s, t, residual; nil: not polished
}

func lme4Oracles() []lme4Oracle {
	return []lme4Oracle{
		{"small.csv", m1(), 1136.9562611189, 1e-8, []float64{0.0524686398, 0.0369903625, 0.0318418967, 0.4897840828, 0.0478745428, 0, 0.1675644570, 0, 0.4753038910}},
		{"small_m2.csv", AllTerms(), 1112.68988932904, 1e-8, []float64{0.1831598930, 0.4906157274, 0.2218660656, 0.0777702049, 0.0827434462, 0.0621449406, 0.1470919518, 0.0402214769, 0.4851345400}},
		{"mid_m2.csv", AllTerms(), 18137.359375, 1e-6, []float64{0.3460551795, 0.3600383170, 0.2452578888, 0.4420760610, 0.1208511568, 0.1016278666, 0.1943629321, 0.0697841423, 0.4957514946}},
		{"national/nat2k.csv.gz", m1(), 118665.877461, 1e-3, nil},
		{"national/nat2k_m2.csv.gz", AllTerms(), 119803.091577975, 1e-3, nil},
		{"national/nat20k.csv.gz", m1(), 1183833.58099, 1e-3, nil},
		{"national/nat20k_rand.csv.gz", m1(), 1185095.72625022, 1e-3, nil},
		{"national/nat50k.csv.gz", m1(), 2969973.4751702, 1e-3, nil},
	}
}

func (c Components) list() []float64 {
	var out []float64
	for k := range c.Candidate {
		out = append(out, c.Candidate[k][k])
	}
	return append(out, c.CandidateExercise, c.CandidateRater, c.Rater, c.RaterDimension, c.Residual)
}

func TestREMLAgainstLme4(t *testing.T) {
	for _, o := range lme4Oracles() {
		t.Run(o.file, func(t *testing.T) {
			f, err := Estimate(t.Context(), readLong(t, "testdata/"+o.file), Options{Terms: o.terms, Method: REML})
			if err != nil {
				t.Fatal(err)
			}
			if !f.Converged {
				t.Errorf("not converged: decrement %g after %d evaluations", f.Decrement, f.Evaluations)
			}
			if over := f.Criterion - o.criterion; over > 1e-8*o.criterion || over < -o.slack {
				t.Errorf("criterion %.10f, lme4 has %.10f", f.Criterion, o.criterion)
			}
			for n, want := range o.estimates {
				near(t, "estimate", f.Components.list()[n], want, 1e-5*max(want, .1))
			}
		})
	}
}

// lme4's random effects, and their variances given the cell means.
func TestRandomEffectsAgainstLme4(t *testing.T) {
	for _, name := range []string{"small", "small_m2", "mid_m2"} {
		terms := AllTerms()
		if name == "small" {
			terms = m1()
		}
		t.Run(name, func(t *testing.T) {
			d := readLong(t, "testdata/"+name+".csv")
			f, err := Estimate(t.Context(), d, Options{Terms: terms, Method: REML})
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewPosterior(t.Context(), Evidence{Data: d}, f.Components, 0)
			if err != nil {
				t.Fatal(err)
			}
			given := p.givenCells(t)
			for _, row := range readNumbers(t, "testdata/"+name+"_blup_cand.csv") {
				i := int(row[0])
				mean, _ := p.Candidate(i)
				n := 5
				for k := range 4 {
					near(t, "effect", mean[k], row[1+k], 2e-5)
					for l := range k + 1 {
						near(t, "conditional variance", given(i)[k*4+l], row[n], 2e-5)
						n++
					}
				}
			}
			for _, row := range readNumbers(t, "testdata/"+name+"_blup_rater.csv") {
				severity, _ := p.Rater(int(row[0]))
				near(t, "severity", severity, row[1], 2e-5)
			}
		})
	}
}

// givenCells is the covariance of a candidate's values where the cell means are
// known: the raters' part of S alone is inverted, densely.
func (p *Posterior) givenCells(t *testing.T) func(i int) []float64 {
	t.Helper()
	p.assemble()
	k := p.width
	n := p.raterNodes() * k
	s := mat.NewSymDense(n, nil)
	for a := range p.raterNodes() {
		for b := range a + 1 {
			if p.system.first[a] != p.system.first[b] && !p.linked(int32(a), int32(b)) {
				continue
			}
			at := p.system.spotOf(int32(a), int32(b))
			block := make([]float64, k*k)
			take(p.system.values, at, 1, block, k, k, k)
			for r := range k {
				for c := range k {
					if a*k+r >= b*k+c {
						s.SetSym(a*k+r, b*k+c, block[r*k+c])
					}
				}
			}
		}
	}
	var inverse mat.Dense
	if err := inverse.Inverse(s); err != nil {
		t.Fatal(err)
	}
	number := map[int]int{} // system column → row of s
	for a := range p.raterNodes() {
		for r := range k {
			number[int(p.system.first[a])+r] = a*k + r
		}
	}
	return func(i int) []float64 {
		seen, m := p.seen(i), p.patterns[p.place[i].pattern].global
		b := mat.NewDense(p.Dimensions, n, nil)
		p.columnsOf(i, func(own, column int) {
			if c, isRater := number[column]; isRater {
				for r := range p.Dimensions {
					b.Set(r, c, seen[r*m+own])
				}
			}
		})
		var half, whole mat.Dense
		half.Mul(b, &inverse)
		whole.Mul(&half, b.T())
		out := make([]float64, p.Dimensions*p.Dimensions)
		for x, noise := range p.views[p.place[i].pattern].noise {
			out[x] = p.residual * (noise + whole.At(x/p.Dimensions, x%p.Dimensions))
		}
		return out
	}
}

func (p *Posterior) linked(a, b int32) bool {
	if p.system.first[a] < p.system.first[b] {
		a, b = b, a
	}
	panel := &p.system.panels[p.system.owner[p.system.first[b]]]
	_, found := slices.BinarySearch(panel.rows, p.system.first[a])
	return found || p.system.first[a] < panel.to
}

func readNumbers(t testing.TB, path string) [][]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	for _, row := range rows[1:] {
		var numbers []float64
		for _, cell := range row {
			x, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, x)
		}
		out = append(out, numbers)
	}
	return out
}

func readScales(t testing.TB, path string) []ScaleResult {
	t.Helper()
	var results []ScaleResult
	for _, row := range readNumbers(t, path) {
		results = append(results, ScaleResult{int32(row[0]), int32(row[1]), row[2]})
	}
	return results
}
