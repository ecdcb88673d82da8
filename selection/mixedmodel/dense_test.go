package mixedmodel

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// dense computes the criterion the plain way, from V = I + ZGZ′ over all
// scores, with none of the elimination: slow, short, and written from the
// definition (Searle, Casella and McCulloch 1992, ch. 6).
func dense(d Data, f factors, t Terms) (criterion, r2 float64) {
	n, k := len(d.Score), d.Dimensions
	v := mat.NewSymDense(n, nil)
	for a := range n {
		for b := range a + 1 {
			x := 0.0
			ca, cb := d.Cells[d.Cell[a]], d.Cells[d.Cell[b]]
			sameCandidate, sameRater := d.Candidate[a] == d.Candidate[b], d.Rater[a] == d.Rater[b]
			if a == b {
				x++
			}
			if sameCandidate && t.Candidate {
				x += dot(f.v[ca.Dimension*k:ca.Dimension*k+k], f.v[cb.Dimension*k:cb.Dimension*k+k])
			}
			if sameCandidate && t.CandidateExercise && ca.Exercise == cb.Exercise {
				x += f.w * f.w
			}
			if sameCandidate && t.CandidateRater && sameRater {
				x += f.h * f.h
			}
			if t.Rater && sameRater {
				x += f.s * f.s
			}
			if t.RaterDimension && sameRater && ca.Dimension == cb.Dimension {
				x += f.t * f.t
			}
			v.SetSym(a, b, x)
		}
	}
	column := map[int32]int{}
	for _, c := range d.Cell {
		if _, seen := column[c]; !seen {
			column[c] = len(column)
		}
	}
	p := len(column)
	x, y := mat.NewDense(n, p, nil), mat.NewVecDense(n, d.Score)
	for row, c := range d.Cell {
		x.Set(row, column[c], 1)
	}
	var chol mat.Cholesky
	if !chol.Factorize(v) { //nolint:misspell // gonum's name
		return math.NaN(), math.NaN()
	}
	var vx, xvx mat.Dense
	var vy, xvy, beta mat.VecDense
	_ = chol.SolveTo(&vx, x)
	_ = chol.SolveVecTo(&vy, y)
	xvx.Mul(x.T(), &vx)
	xvy.MulVec(x.T(), &vy)
	if err := beta.SolveVec(&xvx, &xvy); err != nil {
		return math.NaN(), math.NaN()
	}
	var fitted, left mat.VecDense
	fitted.MulVec(x, &beta)
	left.SubVec(y, &fitted)
	_ = chol.SolveVecTo(&vy, &left)
	r2 = mat.Dot(&left, &vy)
	logDet, _ := mat.LogDet(&xvx)
	df := float64(n - p)
	return chol.LogDet() + logDet + df*(1+math.Log(2*math.Pi*r2/df)), r2
}
