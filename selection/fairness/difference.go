package fairness

import "math"

// difference is the difference between the groups within campaigns: the least
// squares fit of y = campaign + δ·focal, which is the difference of deviations
// from the campaign's mean (Frisch and Waugh 1933), so that how strict a campaign
// was and how its groups were mixed cannot pass for a gap. With one campaign it
// is the difference of two means, and sd their pooled standard deviation.
type difference struct {
	Compared
	delta   float64 // δ = Σ w_c (mean focal − mean reference) / Σ w_c
	size    float64 // Σ w_c, w_c = n1·n0/(n1 + n0): the variance of δ is sd²/size
	sd      float64 // of candidates about the fit
	degrees float64 // N − campaigns − 1
}

// stratum is one campaign's share of a difference.
type stratum struct {
	focal, reference average
	squares          float64 // about the means of the two groups
}

// differenceOf sums over the campaigns with candidates of both groups; the points
// stand in the order of campaigns.
func differenceOf(list []point) difference {
	var d difference
	var total, rest float64 // Σ w δ_c, and the squares within groups
	type gap struct{ w, difference float64 }
	var gaps []gap
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].campaign == list[0].campaign {
			n++
		}
		s := stratumOf(list[:n])
		list = list[n:]
		if s.focal.n == 0 || s.reference.n == 0 {
			continue
		}
		n1, n0 := float64(s.focal.n), float64(s.reference.n)
		g := gap{n1 * n0 / (n1 + n0), s.focal.mean() - s.reference.mean()}
		gaps = append(gaps, g)
		d.size += g.w
		total += g.w * g.difference
		rest += s.squares
		d.Focal, d.Reference, d.Campaigns = d.Focal+s.focal.n, d.Reference+s.reference.n, d.Campaigns+1
	}
	d.delta = total / d.size
	for _, g := range gaps {
		rest += g.w * (g.difference - d.delta) * (g.difference - d.delta)
	}
	d.degrees = float64(d.Focal + d.Reference - d.Campaigns - 1)
	d.sd = math.Sqrt(rest / d.degrees)
	if d.sd < 1e-9*math.Abs(d.delta) || rest < 1e-18 {
		d.sd = 0
	}
	return d
}

func stratumOf(list []point) stratum {
	var s stratum
	for _, p := range list {
		if p.side == Focal {
			s.focal.add(p.y)
		} else {
			s.reference.add(p.y)
		}
	}
	for _, p := range list {
		mean := s.reference
		if p.side == Focal {
			mean = s.focal
		}
		s.squares += (p.y - mean.mean()) * (p.y - mean.mean())
	}
	return s
}

func (d difference) t() float64 { return d.delta / d.sd * math.Sqrt(d.size) }

// hedges is g with the interval of the noncentral t (Hedges 1981, J. Educ.
// Stat. 6, 107–128; Steiger and Fouladi 1997): t = δ/sd·√size has non-centrality
// (δ/σ)√size, and both it and the ends of its interval are multiplied by J.
func (d difference) hedges() Effect {
	t, j := d.t(), hedgesJ(d.degrees)
	nct := newNoncentralT(d.degrees, t)
	scale := j / math.Sqrt(d.size)
	return Effect{
		Interval: Interval{j * d.delta / d.sd, scale * nct.noncentrality(t, .975), scale * nct.noncentrality(t, .025)},
		P:        2 * studentT(d.degrees).Survival(math.Abs(t)),
		Compared: d.Compared,
	}
}

// hedgesJ makes d unbiased: Γ(ν/2) / (√(ν/2)·Γ((ν−1)/2)).
func hedgesJ(nu float64) float64 {
	a, _ := math.Lgamma(nu / 2)
	b, _ := math.Lgamma((nu - 1) / 2)
	return math.Exp(a-b) * math.Sqrt(2/nu)
}
