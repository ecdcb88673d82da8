package mixedmodel

// Points returns for one candidate what each cell and each scale contributes to
// Σ_k b_k·E[v_ik], given the raters' estimated severity. They add up to it.
func (p *Posterior) Points(i int, b []float64) (cells, scales []float64) {
	cells, scales = make([]float64, len(p.design.Cells)), make([]float64, len(p.Scales))
	if p.place[i].pattern < 0 {
		return cells, scales
	}
	pattern := p.patterns[p.place[i].pattern]
	q, k := pattern.local, p.Dimensions
	weight := make([]float64, q) // of Z's columns
	for r := range k {
		for c := range q {
			weight[c] += b[r] * p.views[p.place[i].pattern].gain[r*q+c]
		}
	}
	level := make([]float64, pattern.global)
	p.columnsOf(i, func(own, column int) { level[own] = p.scaled[column] })
	n := 0
	for _, s := range p.seatsOf(i, nil) {
		for _, row := range s.rows {
			r := pattern.rows[n]
			n++
			left := p.Score[row] - p.centre[p.Cell[row]] - level[r.fixed]
			if r.rater >= 0 {
				left -= level[r.rater]
			}
			for _, z := range [...]int32{r.v, r.w, r.h} {
				if z >= 0 {
					cells[p.Cell[row]] += weight[z] * left
				}
			}
		}
	}
	for n, r := range p.results[i] {
		left := r.Score - p.centre[len(p.design.Cells)+int(r.Scale)] - level[pattern.global-len(pattern.scales)+n]
		scales[r.Scale] += p.weights[r.Scale] * dot(weight[:k], p.loads[r.Scale]) * left
	}
	return cells, scales
}
