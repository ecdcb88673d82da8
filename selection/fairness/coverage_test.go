package fairness_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"appointable/selection/fairness"
)

// chances are those of 0 to n passes, each computed by itself.
func chances(n int, p float64) []float64 {
	list := make([]float64, n+1)
	for k := range list {
		ways := 1.0
		for i := range k {
			ways *= float64(n-i) / float64(i+1)
		}
		list[k] = ways * math.Pow(p, float64(k)) * math.Pow(1-p, float64(n-k))
	}
	return list
}

// coverage adds up the tables for which holds is true.
func coverage(n1, n0 int, p1, p0 float64, holds func(fairness.Table) bool) (sum float64) {
	focal, reference := chances(n1, p1), chances(n0, p0)
	for x1, a := range focal {
		for x0, b := range reference {
			if holds(fairness.Table{X1: x1, N1: n1, X0: x0, N0: n0}) {
				sum += a * b
			}
		}
	}
	return sum
}

// rates are the reference rates and ratios at which coverage is looked at.
func rates(visit func(p1, p0, ratio float64)) {
	for _, p0 := range []float64{.1, .2, .3, .4, .5, .6, .7, .8} {
		for _, ratio := range []float64{.25, .5, .8, 1, 1.25} {
			if ratio*p0 < 1 {
				visit(ratio*p0, p0, ratio)
			}
		}
	}
}

// The interval covers a ratio exactly where the score statistic, which the test
// works out by another road, does not reject it: so both give one coverage.
func TestCoverageByTwoRoutes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 12 {
		n1, n0 := 5+random.IntN(26), 5+random.IntN(26)
		rates(func(p1, p0, ratio float64) {
			byInterval := coverage(n1, n0, p1, p0, func(table fairness.Table) bool {
				i, _ := table.Ratio()
				return i.Low <= ratio && ratio <= i.High
			})
			byScore := coverage(n1, n0, p1, p0, func(table fairness.Table) bool {
				return table.X1+table.X0 == 0 || score(table, ratio) <= chi95
			})
			if math.Abs(byInterval-byScore) > 1e-9 {
				t.Errorf("%d and %d at %v and %v: %v and %v", n1, n0, p1, p0, byInterval, byScore)
			}
			if byInterval < .9 {
				t.Errorf("%d and %d at %v and %v: coverage is %v", n1, n0, p1, p0, byInterval)
			}
		})
	}
}

// The figures that testdata/fair_out.txt has for the same interval; it leaves
// out tables rarer than 1e-7.
func TestCoverageOfTheOracle(t *testing.T) {
	for _, c := range []struct {
		n1, n0       int
		p1, p0, want float64
	}{
		{5, 8, .1, .1, .9959}, {5, 8, .2, .2, .9844}, {5, 8, .4, .4, .9659}, {5, 8, .16, .2, .9572}, {5, 8, .1, .4, .963},
		{12, 25, .1, .1, .9655}, {12, 25, .2, .2, .9559}, {12, 25, .4, .4, .9442}, {12, 25, .16, .2, .9645}, {12, 25, .1, .4, .964},
		{30, 60, .1, .1, .9563}, {30, 60, .2, .2, .9492}, {30, 60, .4, .4, .9521}, {30, 60, .16, .2, .9515}, {30, 60, .1, .4, .9568},
	} {
		got := coverage(c.n1, c.n0, c.p1, c.p0, func(table fairness.Table) bool {
			i, _ := table.Ratio()
			return i.Low <= c.p1/c.p0 && c.p1/c.p0 <= i.High
		})
		near(t, fmt.Sprint(c), got, c.want, 6e-5)
	}
}

// BenchmarkCoverage prints the smallest and the mean coverage of the interval
// over all sizes from 5 to 30: to be at least .90 and .945.
func BenchmarkCoverage(b *testing.B) {
	for b.Loop() {
		smallest, sum, n := 1.0, 0.0, 0
		intervals := map[fairness.Table]fairness.Interval{}
		for n1 := 5; n1 <= 30; n1++ {
			for n0 := 5; n0 <= 30; n0++ {
				clear(intervals)
				rates(func(p1, p0, ratio float64) {
					c := coverage(n1, n0, p1, p0, func(table fairness.Table) bool {
						i, known := intervals[table]
						if !known {
							i, _ = table.Ratio()
							intervals[table] = i
						}
						return i.Low <= ratio && ratio <= i.High
					})
					smallest, sum, n = math.Min(smallest, c), sum+c, n+1
				})
			}
		}
		b.ReportMetric(smallest, "smallest")
		b.ReportMetric(sum/float64(n), "mean")
		if smallest < .9 || sum/float64(n) < .945 {
			b.Errorf("coverage is %v at worst and %v on average", smallest, sum/float64(n))
		}
	}
}

// fixedPosts simulates campaigns in which candidates compete for one post and a
// focal candidate's chances are ratio times another's: their rates then have
// just that ratio within each campaign.
func fixedPosts(random *rand.Rand, campaigns int, ratio float64) []fairness.Table {
	tables := make([]fairness.Table, campaigns)
	for i := range tables {
		t := &tables[i]
		for range 4 + random.IntN(7) {
			if random.Float64() < .35 {
				t.N1++
			} else {
				t.N0++
			}
		}
		focal := ratio * float64(t.N1)
		if random.Float64() < focal/(focal+float64(t.N0)) {
			t.X1 = 1
		} else {
			t.X0 = 1
		}
	}
	return tables
}

// covers says how often, of so many repetitions, the pooled interval and the
// crude one cover the true ratio, and how often a gap is found.
func covers(repetitions, campaigns int, ratio float64) (pooled, crude, found float64) {
	random := rand.New(rand.NewPCG(5, 6))
	for range repetitions {
		tables := fixedPosts(random, campaigns, ratio)
		p, _ := fairness.Pool(tables)
		var sum fairness.Table
		for _, t := range tables {
			sum = fairness.Table{X1: sum.X1 + t.X1, N1: sum.N1 + t.N1, X0: sum.X0 + t.X0, N0: sum.N0 + t.N0}
		}
		c, _ := sum.Ratio()
		for rate, i := range map[*float64]fairness.Interval{&pooled: p.Ratio, &crude: c} {
			if i.Low <= ratio && ratio <= i.High {
				*rate += 1 / float64(repetitions)
			}
		}
		if p.P < fairness.Alpha {
			found += 1 / float64(repetitions)
		}
	}
	return pooled, crude, found
}

func TestPooledInferenceForFixedPosts(t *testing.T) {
	if pooled, _, found := covers(1500, 200, 1); pooled < .93 || found > .07 { // .951 and .050 in the long run: see BenchmarkFixedPosts
		t.Errorf("the pooled interval covers %v, and a gap is found in %v where there is none", pooled, found)
	}
	if pooled, crude, found := covers(1500, 200, .5); pooled < .93 || crude > .93 || found < .9 {
		t.Errorf("with a gap the pooled interval covers %v and the crude one %v; it is found in %v", pooled, crude, found)
	}
}

// BenchmarkFixedPosts prints how often the pooled interval covers the true ratio
// over 200 campaigns of one post: to be .94 or more.
func BenchmarkFixedPosts(b *testing.B) {
	for _, ratio := range []float64{1, .8, .5} {
		b.Run(fmt.Sprintf("ratio=%v", ratio), func(b *testing.B) {
			for b.Loop() {
				pooled, crude, found := covers(20_000, 200, ratio)
				b.ReportMetric(pooled, "covered")
				b.ReportMetric(crude, "crude-covered")
				b.ReportMetric(found, "found")
				if pooled < .94 {
					b.Errorf("the pooled interval covers %v", pooled)
				}
			}
		})
	}
}
