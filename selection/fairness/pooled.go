package fairness

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Pooled is what several campaigns say together, each compared within itself.
type Pooled struct {
	Ratio     Interval // Mantel–Haenszel, with Greenland and Robins's interval
	CMH       float64  // Cochran–Mantel–Haenszel chi-square, without continuity correction
	P         float64  // of CMH, 1 degree of freedom
	Campaigns int      // those that say something: both groups there, and some but not all passed
	Smallest  float64  // the smallest p that these campaigns' margins allow

	// Detectable is about the largest ratio below 1 that would be found four
	// times in five, from the interval's own width; 0 where there is none.
	Detectable float64

	Homogeneity *Homogeneity // nil where there is nothing to compare
}

// Homogeneity is Breslow and Day's test that the odds ratio is the same in all
// campaigns, without Tarone's correction (as statsmodels has it by default).
type Homogeneity struct{ Chi, P float64 }

// Pool compares the groups within each campaign and adds the campaigns up. It
// is right for appointments too, where candidates compete for a fixed number
// of posts. Where the reason is not empty there is no estimate, and but for
// NoReferencePass nothing else either.
func Pool(campaigns []Table) (Pooled, Reason) {
	var s campaignSums
	for _, t := range campaigns {
		s.add(t)
	}
	nothing := Pooled{Ratio: Interval{High: math.Inf(1)}, P: 1, Smallest: 1}
	switch {
	case s.both == 0:
		return nothing, NoSharedCampaign
	case s.focal == 0 && s.reference == 0:
		return nothing, NobodyPassed
	case len(s.informative) == 0:
		return nothing, AllOrNone
	}
	p := Pooled{Ratio: s.ratio(), P: 1, Campaigns: len(s.informative), Smallest: s.smallest(), Detectable: s.detectable()}
	if s.variance > 0 {
		p.CMH = s.excess * s.excess / s.variance
		p.P = chiTail(p.CMH, 1)
	}
	p.Homogeneity = s.homogeneity()
	if s.reference == 0 {
		return p, NoReferencePass
	}
	return p, ""
}

// campaignSums are the sums over campaigns.
type campaignSums struct {
	both             int     // campaigns with both groups
	focal, reference float64 // Σ x1·n0/N and Σ x0·n1/N
	spread           float64 // Σ (n1·n0·m − x1·x0·N)/N²: Greenland and Robins 1985, eq. 10
	excess, variance float64 // Σ x1 − E(x1), and its variance with all margins given
	concordant       float64 // Σ x1·(n0−x0)/N and …
	discordant       float64 // … Σ x0·(n1−x1)/N, whose ratio is the common odds ratio
	informative      []Table
}

func (s *campaignSums) add(t Table) {
	if t.N1 == 0 || t.N0 == 0 {
		return
	}
	s.both++
	x1, n1, x0, n0 := float64(t.X1), float64(t.N1), float64(t.X0), float64(t.N0)
	n, m := n1+n0, x1+x0
	s.focal += x1 * n0 / n
	s.reference += x0 * n1 / n
	s.spread += (n1*n0*m - x1*x0*n) / (n * n)
	if m == 0 || m == n {
		return
	}
	s.informative = append(s.informative, t)
	s.excess += x1 - n1*m/n
	s.variance += n1 * n0 * m * (n - m) / (n * n * (n - 1))
	s.concordant += x1 * (n0 - x0) / n
	s.discordant += x0 * (n1 - x1) / n
}

// ratio is never called with both sums 0.
func (s *campaignSums) ratio() Interval {
	p, q := s.focal, s.reference
	width := chi95 * s.spread
	switch {
	case p == 0: // the logarithm has no interval: the test (p−Rq)² = χ²·R·spread has
		return Interval{Estimate: 0, Low: 0, High: width / (q * q)}
	case q == 0:
		return Interval{Estimate: math.Inf(1), Low: p * p / width, High: math.Inf(1)}
	}
	step := math.Exp(math.Sqrt(width / (p * q)))
	return Interval{Estimate: p / q, Low: p / q / step, High: p / q * step}
}

// detectable is exp(−(z.975 + z.8)·se): what such an interval, and a chance of
// four in five, leave.
func (s *campaignSums) detectable() float64 {
	if s.focal == 0 || s.reference == 0 {
		return 0
	}
	return math.Exp(-(normal95 + normal80) * math.Sqrt(s.spread/(s.focal*s.reference)))
}

// smallest is the chance of the rarer of the two outcomes that lie furthest
// out: every campaign at the same end of what its margins allow.
func (s *campaignSums) smallest() float64 {
	least, most := 1.0, 1.0
	for _, t := range s.informative {
		h := newHypergeometric(t.N1, t.N0, t.X1+t.X0)
		least *= h.weight[0] / h.total
		most *= h.weight[len(h.weight)-1] / h.total
	}
	return math.Min(least, most)
}

func (s *campaignSums) homogeneity() *Homogeneity {
	if len(s.informative) < 2 || s.concordant == 0 || s.discordant == 0 {
		return nil
	}
	odds := s.concordant / s.discordant
	var chi float64
	for _, t := range s.informative {
		expected := t.expected(odds)
		x1, n1, n0, m := float64(t.X1), float64(t.N1), float64(t.N0), float64(t.X1+t.X0)
		precision := 1/expected + 1/(m-expected) + 1/(n1-expected) + 1/(n0-m+expected)
		chi += (x1 - expected) * (x1 - expected) * precision
	}
	return &Homogeneity{Chi: chi, P: chiTail(chi, len(s.informative)-1)}
}

// expected is the number of focal passes that the margins and an odds ratio
// imply: the root of (1−odds)x² + bx − odds·n1·m between the margins' limits.
func (t Table) expected(odds float64) float64 {
	n1, m := float64(t.N1), float64(t.X1+t.X0)
	a, b, c := 1-odds, odds*(n1+m)+float64(t.N0)-m, -odds*n1*m
	root := math.Sqrt(b*b - 4*a*c)
	if b >= 0 {
		return -2 * c / (b + root)
	}
	return (root - b) / (2 * a)
}

func chiTail(chi float64, freedom int) float64 {
	return distuv.ChiSquared{K: float64(freedom)}.Survival(chi)
}
