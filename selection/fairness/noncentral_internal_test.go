package fairness

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
)

// columns reads a file of reference values: numbers under a header.
func columns(t *testing.T, name string) [][]float64 {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]float64, 0, len(records))
	for _, r := range records[1:] {
		row := make([]float64, len(r))
		for i := range r {
			if row[i], err = strconv.ParseFloat(r[i], 64); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.12g, want %.12g within %g", what, got, want, tolerance)
	}
}

// R's pt for the distribution, R's uniroot on pt for its inversion;
// testdata/*.R made them.
func TestNoncentralT(t *testing.T) {
	worst := 0.0
	for _, r := range columns(t, "noncentral_t.csv") {
		if d := math.Abs(noncentralTCDF(r[0], r[1], r[2]) - r[3]); d > 1e-8 {
			t.Errorf("P(T ≤ %g) with %g degrees and δ %g is off by %g", r[0], r[1], r[2], d)
		} else {
			worst = max(worst, d)
		}
	}
	t.Logf("largest difference %.2g", worst)
	worst = 0
	for _, r := range columns(t, "noncentral_inverse.csv") {
		d := math.Abs(newNoncentralT(r[1], r[0]).noncentrality(r[0], r[2]) - r[3])
		if d > 1e-6 {
			t.Errorf("δ for t %g with %g degrees at %g is off by %g", r[0], r[1], r[2], d)
		}
		worst = max(worst, d)
	}
	t.Logf("largest difference of the inversion %.2g", worst)
}

// Where R's series fails, T is compared with what it tends to.
func TestNoncentralTBeyondTheSeries(t *testing.T) {
	for _, delta := range []float64{38, 60, 150} {
		for _, off := range []float64{-1.5, 0, 1.5} {
			nu := 1e7
			want := 0.5 * math.Erfc(-off/math.Sqrt2)
			near(t, "a normal in the limit", noncentralTCDF(delta+off, nu, delta), want, 1e-3)
		}
	}
}

func TestNoncentralTIsStudentsAtNoDelta(t *testing.T) {
	for _, nu := range []float64{1, 4, 98, 9799} {
		for _, x := range []float64{-40, -3, -.2, 0, 1.7, 12} {
			near(t, "Student's t", noncentralTCDF(x, nu, 0), studentT(nu).CDF(x), 1e-11)
		}
	}
}

func BenchmarkNoncentrality(b *testing.B) {
	for b.Loop() {
		newNoncentralT(800, 3).noncentrality(3, .025)
	}
}
