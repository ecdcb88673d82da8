package mixedmodel

import "math/rand/v2"

// nationalRound makes a round of the shape of oracles/reference/gen.py: four
// dimensions, three exercises, two raters a candidate, who come from sites of
// 19 with a twentieth roaming (clusters) or from anywhere.
type nationalRound struct {
	candidates, raters int
	random             bool
	halo, drift, miss  float64 // SD of candidate × rater and rater × dimension; share not observed
}

func (n nationalRound) data(seed uint64) Data {
	g := rand.New(rand.NewPCG(seed, 0))
	d := Data{Candidates: n.candidates, Raters: n.raters, Exercises: 3, Dimensions: 4}
	var level []float64
	for e := range 3 {
		for k := range 4 {
			d.Cells = append(d.Cells, Cell{Exercise: e, Dimension: k})
			level = append(level, 3.8+.8*float64(k*3+e)/11)
		}
	}
	root := make([]float64, 16)
	flat := make([]float64, 0, 16)
	for _, row := range oracleComponents().Candidate {
		flat = append(flat, row...)
	}
	semidefiniteRoot(4, flat, root)
	severity, drift := make([]float64, n.raters), make([]float64, 4*n.raters)
	for j := range severity {
		severity[j] = .4 * g.NormFloat64()
	}
	for j := range drift {
		drift[j] = n.drift * g.NormFloat64()
	}
	v, z := make([]float64, 4), make([]float64, 4)
	for i := range n.candidates {
		for k := range z {
			z[k] = g.NormFloat64()
		}
		multiply(4, 4, root, z, v)
		var w [3]float64
		for e := range w {
			w[e] = .35 * g.NormFloat64()
		}
		for _, j := range n.pair(g) {
			halo := n.halo * g.NormFloat64()
			for c, cell := range d.Cells {
				if g.Float64() < n.miss {
					continue
				}
				y := level[c] + v[cell.Dimension] + w[cell.Exercise] + halo + severity[j] + drift[4*j+cell.Dimension] + .7*g.NormFloat64()
				d.Candidate, d.Rater = append(d.Candidate, int32(i)), append(d.Rater, int32(j))
				d.Cell, d.Score = append(d.Cell, int32(c)), append(d.Score, y)
			}
		}
	}
	return d
}

func (n nationalRound) pair(g *rand.Rand) [2]int {
	another := func(not, from, to int) int {
		for {
			if j := from + g.IntN(to-from); j != not {
				return j
			}
		}
	}
	if n.random {
		a := g.IntN(n.raters)
		return [2]int{a, another(a, 0, n.raters)}
	}
	roaming := max(2, n.raters/20)
	local := n.raters - roaming
	sites := max(1, local/19)
	site := g.IntN(sites)
	from, to := site*19, site*19+19
	if site == sites-1 {
		to = local
	}
	a := another(-1, from, to)
	if g.Float64() < .1 {
		return [2]int{a, another(-1, local, n.raters)}
	}
	return [2]int{a, another(a, from, to)}
}
