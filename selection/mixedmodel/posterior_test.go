package mixedmodel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The figures are those of an independent dense computation (numpy), printed to
// eight decimals: oracles/mixedmodel/dense_oracle_out.txt, made by
// oracles/reference/dense_oracle.py at the components below.
func oracleComponents() Components {
	sd := []float64{.60, .55, .50, .65}
	c := Components{CandidateExercise: .1225, CandidateRater: .09, Rater: .16, RaterDimension: .0625, Residual: .49}
	for k := range sd {
		row := make([]float64, len(sd))
		for l := range sd {
			r := .5
			switch {
			case k == l:
				r = 1
			case k+l == 1:
				r = .65
			case k+l == 5:
				r = .35
			}
			row[l] = r * sd[k] * sd[l]
		}
		c.Candidate = append(c.Candidate, row)
	}
	return c
}

func oracleWeights() []float64 { return []float64{.3, .3, .2, .2} }

type denseOracle struct {
	name     string
	file     string
	scales   bool
	severity []float64
	values   [][]float64 // candidates 0 and 5
	mean     []float64
	cov      [][]float64 // of the composite: rows 0 and 5
	above    []float64   // P(0 > j)
	pev      [][]float64 // candidate 0
}

func denseOracles() []denseOracle {
	return []denseOracle{
		{
			name: "complete", file: "testdata/small.csv",
			severity: []float64{0.47923027, -0.30833554, -0.15535911, -0.0284768, -0.46437465, 0.17916302, 0.29815282},
			values:   [][]float64{{0.03579715, -0.15523854, 0.36183381, -1.02920789}, {0.43554087, 0.21411023, 0.02355947, 0.97658331}},
			mean:     []float64{-0.16930724, 0.04951014, -0.16024549, -0.04892261, -0.06595869, 0.39492388},
			cov:      [][]float64{{0.07380303, 0.02795639, 0.02795639, 0.02795639, 0.02795639, 0.02795639}, {0.02795639, 0.02795639, 0.02795639, 0.02795639, 0.02795639, 0.07380303}},
			above:    []float64{.5, 0.2349551, 0.48806319, 0.3454774, 0.36643906, 0.03120837},
			pev: [][]float64{{0.11165317, 0.07050152, 0.05836596, 0.0669499}, {0.07050152, 0.10061779, 0.05578794, 0.0637222},
				{0.05836596, 0.05578794, 0.09026127, 0.05164831}, {0.0669499, 0.0637222, 0.05164831, 0.12217338}},
		},
		{
			name: "incomplete", file: "testdata/small_m2.csv",
			severity: []float64{0.2991408, 0.08372316, 0.29664369, 0.08618885, -0.21369486, -0.65902732, 0.10702568},
			values:   [][]float64{{-0.24388492, 0.02874858, 0.31408967, -0.28605658}, {0.26982737, -0.08096083, 0.04916181, 0.19536725}},
			mean:     []float64{-0.05893428, -0.59794145, 0.15802571, 0.49100019, -0.09771594, 0.10556577},
			cov:      [][]float64{{0.07396315, 0.02794774, 0.02792907, 0.02792288, 0.02793432, 0.02788784}, {0.02788784, 0.02787726, 0.02784968, 0.02785219, 0.02785196, 0.07426607}},
			above:    []float64{.5, 0.96213857, 0.23747912, 0.03510336, 0.55081478, 0.29425077},
			pev: [][]float64{{0.11191069, 0.0705285, 0.05817498, 0.06692795}, {0.0705285, 0.10089325, 0.05560311, 0.06369326},
				{0.05817498, 0.05560311, 0.09235731, 0.05125947}, {0.06692795, 0.06369326, 0.05125947, 0.12481751}},
		},
		{
			name: "with scales", file: "testdata/small.csv", scales: true,
			severity: []float64{0.47923027, -0.30833554, -0.15535911, -0.0284768, -0.46437465, 0.17916302, 0.29815282},
			values:   [][]float64{{0.23648372, -0.07908195, 0.4317289, -0.89728756}, {0.8100261, 0.49765442, 0.29670176, 1.27673914}},
			mean:     []float64{-0.0458912, 0.11743802, -0.29784242, -0.25381324, -0.22688349, 0.70699234},
			cov:      [][]float64{{0.05963498, 0.03098357, 0.03098357, 0.03098357, 0.03001573, 0.03098357}, {0.03098357, 0.03098357, 0.03098357, 0.03098357, 0.03001573, 0.05963498}},
			above:    []float64{.5, 0.24752437, 0.85371844, 0.80746304, 0.76437992, 0.00083004},
			pev: [][]float64{{0.09345336, 0.0555744, 0.04393397, 0.05192463}, {0.0555744, 0.08717792, 0.04274331, 0.05094185},
				{0.04393397, 0.04274331, 0.07759832, 0.03927259}, {0.05192463, 0.05094185, 0.03927259, 0.1095945}},
		},
	}
}

func (o denseOracle) posterior(t testing.TB) *Posterior {
	t.Helper()
	e := Evidence{Data: readLong(t, o.file)}
	if o.scales {
		e.Scales = []Scale{{Loads: []float64{.8, 0, 0, .2}, Noise: .35 * .35}, {Loads: []float64{0, .5, .5, 0}, Noise: .45 * .45}}
		e.Results = readScales(t, "testdata/small_scales.csv")
	}
	p, err := NewPosterior(t.Context(), e, oracleComponents(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPosteriorAgainstDense(t *testing.T) {
	const digits = 1.1e-8 // half a unit of what was printed, and the other's own rounding
	for _, o := range denseOracles() {
		t.Run(o.name, func(t *testing.T) {
			p := o.posterior(t)
			for j, want := range o.severity {
				got, _ := p.Rater(j)
				near(t, "severity", got, want, digits)
			}
			for n, i := range []int{0, 5} {
				mean, _ := p.Candidate(i)
				for k, want := range o.values[n] {
					near(t, "value", mean[k], want, digits)
				}
			}
			_, pev := p.Candidate(0)
			for k, row := range o.pev {
				for l, want := range row {
					near(t, "covariance of the values", pev[k][l], want, digits)
				}
			}
			w := oracleWeights()
			means, variances := p.Composites(make([]float64, 12), w)
			cov := p.Covariance(w)
			for i, want := range o.mean {
				near(t, "composite", means[i], want, digits)
				near(t, "its variance", variances[i], cov[i][i], 1e-12)
			}
			for n, i := range []int{0, 5} {
				for j, want := range o.cov[n] {
					near(t, "joint covariance", cov[i][j], want, digits)
				}
			}
			for j, want := range o.above {
				if j > 0 {
					z := (means[0] - means[j]) / math.Sqrt(cov[0][0]+cov[j][j]-2*cov[0][j])
					near(t, "P(0 > j)", .5*math.Erfc(-z/math.Sqrt2), want, 1e-7)
				}
			}
		})
	}
}

// A national round cannot ask for the covariance of everybody; candidate by
// candidate the figures must be the same.
func TestPointsAddUp(t *testing.T) {
	for _, o := range denseOracles() {
		p := o.posterior(t)
		w := oracleWeights()
		means, _ := p.Composites(make([]float64, 12), w)
		for i := range means {
			cells, scales := p.Points(i, w)
			near(t, o.name, sum(cells)+sum(scales), means[i], 1e-12)
		}
	}
}

// Within four Monte Carlo errors of the exact mean and covariance: the chance
// that one of 26 figures strays further is 2 in 1,000, and the seed is fixed.
func TestSample(t *testing.T) {
	const n = 40_000
	for _, o := range denseOracles() {
		t.Run(o.name, func(t *testing.T) {
			p := o.posterior(t)
			a := make([]float64, 12)
			for c := range a {
				a[c] = 1. / 12
			}
			w := oracleWeights()
			means, variances := p.Composites(a, w)
			cov := p.Covariance(w)
			total, squares, product := make([]float64, 6), make([]float64, 6), 0.0
			err := p.Sample(t.Context(), rand.New(rand.NewPCG(1, 2)), n, func(d Draw) {
				x := make([]float64, 6)
				for i := range x {
					x[i] = dot(a, d.Cells) + dot(w, d.Values[4*i:4*i+4])
					total[i] += x[i] - means[i]
					squares[i] += (x[i] - means[i]) * (x[i] - means[i])
				}
				y := x[0] - x[5] - means[0] + means[5]
				product += y * y
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range means {
				near(t, "mean", total[i]/n, 0, 4*math.Sqrt(variances[i]/n))
				near(t, "variance", squares[i]/n, variances[i], 4*variances[i]*math.Sqrt(2./n))
			}
			difference := cov[0][0] + cov[5][5] - 2*cov[0][5]
			near(t, "variance of a difference", product/n, difference, 4*difference*math.Sqrt(2./n))
		})
	}
}

// disc_*.csv: two panels that share nobody, one rater in common, one panel.
// oracles/mixedmodel/disc_out.txt has the SD of a difference within a panel and
// across, to six decimals.
func TestPanelsThatShareNobody(t *testing.T) {
	for file, want := range map[string][2]float64{
		"disc_two_panels": {.345617, .38959}, "disc_one_bridge": {.345617, .362253}, "disc_complete": {.345617, .345617},
	} {
		p, err := NewPosterior(t.Context(), Evidence{Data: readLong(t, "testdata/"+file+".csv")}, oracleComponents(), 0)
		if err != nil {
			t.Fatal(err)
		}
		cov := p.Covariance(oracleWeights())
		for n, j := range []int{1, 4} {
			near(t, file, math.Sqrt(cov[0][0]+cov[j][j]-2*cov[0][j]), want[n], 1e-6)
		}
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.12g, want %.12g ± %.2g", what, got, want, tolerance)
	}
}
