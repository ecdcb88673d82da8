package fairness

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// mixture is a posterior that is normal given how much units differ, τ, averaged
// over what τ may be: so an interval from it carries the doubt about τ, which
// plugging in one estimate of it would leave out.
type mixture struct{ weight, mean, sd []float64 }

func (m *mixture) add(weight, mean, sd float64) {
	m.weight, m.mean, m.sd = append(m.weight, weight), append(m.mean, mean), append(m.sd, sd)
}

// at is the distribution function at x, and its slope there.
func (m mixture) at(x float64) (p, slope float64) {
	all := 0.
	for i, w := range m.weight {
		all += w
		if m.sd[i] > 0 {
			z := (x - m.mean[i]) / m.sd[i]
			p += w * distuv.UnitNormal.CDF(z)
			slope += w * distuv.UnitNormal.Prob(z) / m.sd[i]
		} else if x >= m.mean[i] {
			p += w
		}
	}
	return p / all, slope / all
}

// quantile takes Newton's steps within what each of them shows to be too low or
// too high.
func (m mixture) quantile(p float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range m.weight {
		low, high = min(low, m.mean[i]-9*m.sd[i]), max(high, m.mean[i]+9*m.sd[i])
	}
	x := (low + high) / 2
	for high-low > 1e-10 {
		f, slope := m.at(x)
		if f < p {
			low = x
		} else {
			high = x
		}
		next := x + (p-f)/slope
		if math.Abs(next-x) < 1e-11 {
			return next
		}
		if !(low < next && next < high) {
			next = (low + high) / 2
		}
		x = next
	}
	return (low + high) / 2
}

// interval is the mean with the central 95%.
func (m mixture) interval() Interval {
	sum, all := 0., 0.
	for i, w := range m.weight {
		all += w
		sum += w * m.mean[i]
	}
	return Interval{sum / all, m.quantile(.025), m.quantile(.975)}
}

// betweens are the values of τ that posteriors are averaged over, and the log
// of a half-normal prior of that scale at each (Gelman 2006, Bayesian Anal. 1,
// 515–534): the middles of 60 steps up to four scales.
func betweens(scale float64) (tau, log []float64) {
	const steps = 60
	for i := range steps {
		t := (float64(i) + .5) * 4 * scale / steps
		tau, log = append(tau, t), append(log, -t*t/(2*scale*scale))
	}
	return tau, log
}

// weights turns log weights into weights that sum to 1.
func weights(log []float64) []float64 {
	top := math.Inf(-1)
	for _, l := range log {
		top = max(top, l)
	}
	w, sum := make([]float64, len(log)), 0.
	for i, l := range log {
		w[i] = math.Exp(l - top)
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// shrink draws independent estimates, each with a known standard error, towards
// 0 as far as they differ no more than chance would have them (the normal–normal
// model of Rubin 1981, J. Educ. Stat. 6, 377–401, with its mean known to be 0).
// It gives the posterior of each and the mean of τ.
func shrink(estimate, se []float64, scale float64) (posterior []mixture, between float64) {
	tau, log := betweens(scale)
	for i, t := range tau {
		for j := range estimate {
			v := se[j]*se[j] + t*t
			log[i] -= math.Log(v)/2 + estimate[j]*estimate[j]/(2*v)
		}
	}
	w := weights(log)
	posterior = make([]mixture, len(estimate))
	for i, t := range tau {
		between += w[i] * t
		for j := range estimate {
			keep := t * t / (t*t + se[j]*se[j])
			posterior[j].add(w[i], keep*estimate[j], se[j]*math.Sqrt(keep))
		}
	}
	return posterior, between
}
