package mixedmodel

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// schur is the system that remains when every candidate is eliminated: S over
// raters and fixed columns (statistics §2),
//
//	S = diag(I, 0) + L H̃ L′,  H̃ = Σ over candidates of H_i
//
// It is kept as panels: columns eliminated together, and below them the rows
// they are linked to. The order is found once; factor, solve and invert then
// repeat with new numbers.
type schur struct {
	width  []int32 // by node: its columns
	first  []int32 // by node: its first column, in the order of elimination
	panels []panel
	owner  []int32 // by column: its panel
	values []float64
	size   int
	rows   []int32 // scratch of eachTarget
}

// panel is columns [from, to) and the rows below that they are linked to. Its
// values lie row by row, each of to − from numbers: first the square of the
// columns themselves, its lower triangle, then the rows.
type panel struct {
	from, to int32
	rows     []int32
	at       int // in values
}

func (p panel) columns() int { return int(p.to - p.from) }

// newSchur finds order and structure. links are the neighbours of each node,
// sorted; width how many columns it has.
func newSchur(links [][]int32, width []int32) *schur {
	s := &schur{width: width, first: make([]int32, len(width))}
	blocks := eliminate(links)
	column := int32(0)
	for _, b := range blocks {
		for _, v := range b.nodes {
			s.first[v] = column
			column += width[v]
		}
	}
	s.size = int(column)
	s.owner = make([]int32, s.size)
	at := 0
	for n, b := range blocks {
		p := panel{from: s.first[b.nodes[0]], at: at}
		last := b.nodes[len(b.nodes)-1]
		p.to = s.first[last] + width[last]
		for _, v := range b.rest {
			for k := range width[v] {
				p.rows = append(p.rows, s.first[v]+k)
			}
		}
		slices.Sort(p.rows)
		for c := p.from; c < p.to; c++ {
			s.owner[c] = int32(n)
		}
		at += p.columns() * (p.columns() + len(p.rows))
		s.panels = append(s.panels, p)
	}
	s.values = make([]float64, at)
	return s
}

// spot is where a block of S lies in values: element (r, c) at
// at + r·stride + c, where the rows are those of the node eliminated later.
type spot struct {
	at     int32
	stride int32
	turned bool // rows are those of the second node asked for
}

// spotOf finds the block of two nodes, which must be linked or equal.
func (s *schur) spotOf(a, b int32) spot {
	if s.first[a] < s.first[b] {
		at := s.spotOf(b, a)
		at.turned = true
		return at
	}
	p := &s.panels[s.owner[s.first[b]]]
	return spot{at: int32(p.at + s.rowIn(p, s.first[a])*p.columns() + int(s.first[b]-p.from)), stride: int32(p.columns())}
}

func (s *schur) rowIn(p *panel, row int32) int {
	if row < p.to {
		return int(row - p.from)
	}
	at, _ := slices.BinarySearch(p.rows, row)
	return p.columns() + at
}

func (s *schur) square(p *panel) blas64.Triangular {
	w := p.columns()
	return blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: w, Stride: w, Data: s.values[p.at : p.at+w*w]}
}

func (s *schur) below(p *panel) blas64.General {
	w := p.columns()
	return blas64.General{Rows: len(p.rows), Cols: w, Stride: w, Data: s.values[p.at+w*w : p.at+w*(w+len(p.rows))]}
}

// factor replaces S by its Cholesky factor and returns log|S|; false where S is
// not positive definite.
func (s *schur) factor() (logDet float64, ok bool) {
	var update []float64
	for n := range s.panels {
		p := &s.panels[n]
		t := s.square(p)
		if !cholesky(t.N, t.Data) {
			return 0, false
		}
		for c := range t.N {
			logDet += 2 * math.Log(t.Data[c*t.Stride+c])
		}
		if len(p.rows) == 0 {
			continue
		}
		b := s.below(p)
		solveRows(t.N, t.Data, b.Rows, b.Data)
		update = grown(update, b.Rows*b.Rows)
		symmetricProduct(b.Rows, b.Cols, b.Data, update)
		s.subtract(p, update)
	}
	return logDet, true
}

// subtract takes a panel's update off the panels of its rows.
func (s *schur) subtract(p *panel, update []float64) {
	r := len(p.rows)
	s.eachTarget(p, func(target *panel, from, to int, rows []int32) {
		w := target.columns()
		for i := from; i < r; i++ {
			line := s.values[target.at+int(rows[i])*w:]
			for j := from; j < min(to, i+1); j++ {
				line[p.rows[j]-target.from] -= update[i*r+j]
			}
		}
	})
}

// eachTarget calls fn for each panel that owns some of p's rows: those are
// [from, to), and rows[i] says for each i ≥ from where p's row i lies in the
// target.
func (s *schur) eachTarget(p *panel, fn func(target *panel, from, to int, rows []int32)) {
	s.rows = slices.Grow(s.rows[:0], len(p.rows))[:len(p.rows)]
	rows := s.rows
	for from := 0; from < len(p.rows); {
		target := &s.panels[s.owner[p.rows[from]]]
		to := from
		for to < len(p.rows) && p.rows[to] < target.to {
			rows[to] = p.rows[to] - target.from
			to++
		}
		at := 0
		for i := to; i < len(p.rows); i++ {
			for target.rows[at] != p.rows[i] {
				at++
			}
			rows[i] = int32(target.columns() + at)
		}
		fn(target, from, to, rows)
		from = to
	}
}

// solve overwrites x by S⁻¹x.
func (s *schur) solve(x []float64) {
	s.forward(x)
	s.backward(x)
}

func (s *schur) forward(x []float64) {
	for n := range s.panels {
		p := &s.panels[n]
		own := blas64.Vector{N: p.columns(), Inc: 1, Data: x[p.from:p.to]}
		blas64.Trsv(blas.NoTrans, s.square(p), own)
		w := p.columns()
		b := s.below(p)
		for i, row := range p.rows {
			sum := 0.0
			for c, v := range b.Data[i*w : (i+1)*w] {
				sum += v * own.Data[c]
			}
			x[row] -= sum
		}
	}
}

// backward overwrites x by L⁻ᵀx: of standard normal numbers it makes draws
// with covariance S⁻¹.
func (s *schur) backward(x []float64) {
	for n := len(s.panels) - 1; n >= 0; n-- {
		p := &s.panels[n]
		own := blas64.Vector{N: p.columns(), Inc: 1, Data: x[p.from:p.to]}
		w := p.columns()
		b := s.below(p)
		for i, row := range p.rows {
			for c, v := range b.Data[i*w : (i+1)*w] {
				own.Data[c] -= v * x[row]
			}
		}
		blas64.Trsv(blas.Trans, s.square(p), own)
	}
}

// invert replaces the factor by those elements of S⁻¹ that lie where S has a
// block (Takahashi, Fagan and Chen 1973; Erisman and Tinney 1975, CACM 18). Of
// the squares, both triangles are filled.
func (s *schur) invert() {
	var z, y []float64
	for n := len(s.panels) - 1; n >= 0; n-- {
		p := &s.panels[n]
		t := s.square(p)
		r, w := len(p.rows), p.columns()
		if r == 0 {
			inverseFromCholesky(w, t.Data)
			continue
		}
		b := s.below(p)
		y = grown(y, r*w)
		copy(y, b.Data)
		// Y = L_RJ L_JJ⁻¹; Z_RJ = −Z_RR Y; Z_JJ = (L_JJ L_JJ′)⁻¹ − Y′Z_RJ.
		blas64.Trsm(blas.Right, blas.NoTrans, 1, t, blas64.General{Rows: r, Cols: w, Stride: w, Data: y})
		if w <= narrow {
			s.minusInverse(p, y, b.Data)
		} else {
			z = grown(z, r*r)
			s.gather(p, z)
			blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, blas64.General{Rows: r, Cols: r, Stride: r, Data: z}, blas64.General{Rows: r, Cols: w, Stride: w, Data: y}, 0, b)
		}
		inverseFromCholesky(w, t.Data)
		for i := range r {
			for c, v := range y[i*w : i*w+w] {
				for d, z := range b.Data[i*w : i*w+w] {
					t.Data[c*w+d] -= v * z
				}
			}
		}
	}
}

// minusInverse: out = −Z y, r×w, where Z is the part of S⁻¹ over a panel's rows,
// taken from where it lies: for a panel of few columns gathering it first
// would cost more than the product.
func (s *schur) minusInverse(p *panel, y, out []float64) {
	r, w := len(p.rows), p.columns()
	clear(out)
	s.eachTarget(p, func(target *panel, from, to int, rows []int32) {
		stride := target.columns()
		for i := from; i < r; i++ {
			line := s.values[target.at+int(rows[i])*stride:]
			own, sum := y[i*w:i*w+w], out[i*w:i*w+w]
			for j := from; j < min(to, i+1); j++ {
				v := line[p.rows[j]-target.from]
				for c, x := range y[j*w : j*w+w] {
					sum[c] -= v * x
				}
				if j < i {
					other := out[j*w : j*w+w]
					for c, x := range own {
						other[c] -= v * x
					}
				}
			}
		}
	})
}

// gather fills z with the part of S⁻¹ over a panel's rows.
func (s *schur) gather(p *panel, z []float64) {
	r := len(p.rows)
	s.eachTarget(p, func(target *panel, from, to int, rows []int32) {
		w := target.columns()
		for i := from; i < r; i++ {
			line := s.values[target.at+int(rows[i])*w:]
			for j := from; j < min(to, i+1); j++ {
				v := line[p.rows[j]-target.from]
				z[i*r+j], z[j*r+i] = v, v
			}
		}
	})
}

func grown(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

// copied is a system of the same structure with numbers of its own.
func (s *schur) copied() *schur {
	other := *s
	other.values, other.rows = slices.Clone(s.values), nil
	return &other
}

// densest is the columns of the widest panel.
func (s *schur) densest() int {
	widest := 0
	for _, p := range s.panels {
		widest = max(widest, p.columns())
	}
	return widest
}
