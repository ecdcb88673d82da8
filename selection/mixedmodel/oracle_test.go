package mixedmodel

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// readLong reads cand,rater,ex,value,y: one cell for each value and exercise.
func readLong(t testing.TB, path string) Data {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(bufio.NewReaderSize(in, 1<<20))
	r.ReuseRecord = true
	_, _ = r.Read()
	d := Data{Exercises: 3, Dimensions: 4}
	for e := range 3 {
		for k := range 4 {
			d.Cells = append(d.Cells, Cell{Exercise: e, Dimension: k})
		}
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return d
		}
		if err != nil {
			t.Fatal(err)
		}
		i, j := number(row[0]), number(row[1])
		y, _ := strconv.ParseFloat(row[4], 64)
		d.Candidates, d.Raters = max(d.Candidates, i+1), max(d.Raters, j+1)
		d.Candidate, d.Rater = append(d.Candidate, int32(i)), append(d.Rater, int32(j))
		d.Cell, d.Score = append(d.Cell, int32(number(row[2])*4+number(row[3]))), append(d.Score, y)
	}
}

func m1() Terms { return Terms{Candidate: true, CandidateExercise: true, Rater: true} }

func TestTry(t *testing.T) {
	dir := "/work/shared/oracles/mixedmodel/"
	for _, c := range []struct {
		file string
		t    Terms
		want float64
	}{{"small.csv", m1(), 1136.9562611189}, {"small_m2.csv", AllTerms(), 1112.689889329}, {"mid_m2.csv", AllTerms(), 18137.359375},
		{"national/nat2k.csv.gz", m1(), 118665.877461}, {"national/nat2k_m2.csv.gz", AllTerms(), 119803.091578}, {"national/nat20k.csv.gz", m1(), 1183833.58099},
		{"national/nat50k.csv.gz", m1(), 2969973.47517}} {
		d := readLong(t, dir+c.file)
		crit := newCriterion(newDesign(Evidence{Data: d}, c.t, 1), 0)
		o, _ := newObjective(crit, Options{Terms: c.t, Method: REML})
		g := make([]float64, len(o.start))
		o.start[0] *= 1.1
		crit.at(o.start, g)
		worst := 0.0
		if d.Candidates <= 2000 {
			for i := range o.start {
				h := 1e-5
				x := append([]float64(nil), o.start...)
				x[i] += h
				up := crit.at(x, nil)
				x[i] -= 2 * h
				down := crit.at(x, nil)
				num := (up - down) / (2 * h)
				worst = max(worst, math.Abs(num-g[i])/(1+math.Abs(num)))
			}
		}
		start := time.Now()
		f, err := Estimate(t.Context(), d, Options{Terms: c.t, Method: REML})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: D %.10f want %.6f diff %.3g; grad err %.2g; evals %d conv %v gradient %.3g  %v  patterns %d", c.file, f.Criterion, c.want, f.Criterion-c.want, worst, f.Evaluations, f.Converged, f.Gradient, time.Since(start), len(crit.patterns))
	}
}

func readScales(t testing.TB, path string) []ScaleResult {
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
	var results []ScaleResult
	for _, row := range rows[1:] {
		i, _ := strconv.Atoi(row[0])
		s, _ := strconv.Atoi(row[1])
		x, _ := strconv.ParseFloat(row[2], 64)
		results = append(results, ScaleResult{int32(i), int32(s), x})
	}
	return results
}
