package mixedmodel

import "math"

// Small dense matrices, row by row. They are of a candidate's size: a call of a
// library would cost more than the sums.

// product: out (r×c) = a (r×n) · b (n×c).
func product(r, n, c int, a, b, out []float64) {
	clear(out[:r*c])
	for i := range r {
		line := out[i*c : i*c+c]
		for j, x := range a[i*n : i*n+n] {
			if x == 0 {
				continue
			}
			for k, y := range b[j*c : j*c+c] {
				line[k] += x * y
			}
		}
	}
}

// transposedProduct: out (r×c) = a′ · b with a (n×r), b (n×c).
func transposedProduct(r, n, c int, a, b, out []float64) {
	clear(out[:r*c])
	for j := range n {
		for i, x := range a[j*r : j*r+r] {
			if x == 0 {
				continue
			}
			line := out[i*c : i*c+c]
			for k, y := range b[j*c : j*c+c] {
				line[k] += x * y
			}
		}
	}
}

// productTransposed: out (r×c) = a · b′ with a (r×n), b (c×n).
func productTransposed(r, n, c int, a, b, out []float64) {
	for i := range r {
		for k := range c {
			out[i*c+k] = dot(a[i*n:i*n+n], b[k*n:k*n+n])
		}
	}
}

// multiply: out (r) = a (r×c) · x (c).
func multiply(r, c int, a, x, out []float64) {
	for i := range r {
		out[i] = dot(a[i*c:i*c+c], x[:c])
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

func transpose(n int, a, out []float64) {
	for i := range n {
		for j := range n {
			out[j*n+i] = a[i*n+j]
		}
	}
}

// logDetOf is log|LL′|.
func logDetOf(n int, l []float64) float64 {
	sum := 0.0
	for i := range n {
		sum += 2 * math.Log(l[i*n+i])
	}
	return sum
}
