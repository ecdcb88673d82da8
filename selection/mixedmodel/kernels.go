package mixedmodel

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// The kernels of the factor serve blocks of a few columns, where a call of a
// library costs more than the work; above that they are the library's.
const (
	small  = 24
	narrow = 8
)

// cholesky overwrites the lower triangle of a, n×n, by its Cholesky factor.
func cholesky(n int, a []float64) bool {
	if n > small {
		_, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Lower, N: n, Stride: n, Data: a})
		return ok
	}
	for j := range n {
		row := a[j*n : j*n+j+1]
		for i := 0; i < j; i++ {
			sum := row[i]
			other := a[i*n : i*n+i+1]
			for k := range i {
				sum -= row[k] * other[k]
			}
			row[i] = sum / other[i]
		}
		d := row[j]
		for _, v := range row[:j] {
			d -= v * v
		}
		if !(d > 0) {
			return false
		}
		row[j] = math.Sqrt(d)
	}
	return true
}

// solveRows overwrites each of the rows of b, rows×n, by its product with
// L⁻ᵀ: b ← b L⁻ᵀ.
func solveRows(n int, l []float64, rows int, b []float64) {
	if n > small {
		blas64.Trsm(blas.Right, blas.Trans, 1, blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: n, Stride: n, Data: l}, blas64.General{Rows: rows, Cols: n, Stride: n, Data: b})
		return
	}
	for r := range rows {
		x := b[r*n : r*n+n]
		for i := range n {
			line := l[i*n : i*n+i+1]
			sum := x[i]
			for k := range i {
				sum -= line[k] * x[k]
			}
			x[i] = sum / line[i]
		}
	}
}

// symmetricProduct fills the lower triangle of out, rows×rows, with b b′.
func symmetricProduct(rows, n int, b, out []float64) {
	if n > narrow {
		blas64.Syrk(blas.NoTrans, 1, blas64.General{Rows: rows, Cols: n, Stride: n, Data: b}, 0, blas64.Symmetric{Uplo: blas.Lower, N: rows, Stride: rows, Data: out})
		return
	}
	for i := range rows {
		x := b[i*n : i*n+n]
		for j := 0; j <= i; j++ {
			y := b[j*n : j*n+n]
			sum := 0.0
			for k, v := range x {
				sum += v * y[k]
			}
			out[i*rows+j] = sum
		}
	}
}

// inverseFromCholesky overwrites a factor by the inverse of what was factored,
// both triangles.
func inverseFromCholesky(n int, l []float64) {
	if n == 1 {
		l[0] = 1 / (l[0] * l[0])
		return
	}
	lapack64.Potri(blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: n, Stride: n, Data: l})
	for i := range n {
		for j := range i {
			l[j*n+i] = l[i*n+j]
		}
	}
}
