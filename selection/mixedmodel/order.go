package mixedmodel

import (
	"math"
	"slices"
)

// block is nodes of the graph that are eliminated together, and those that
// remain linked to them.
type block struct{ nodes, rest []int32 }

// eliminate orders the nodes of a graph so that few links arise: always one of
// those with the fewest neighbours goes next, together with neighbours that it
// cannot be told from (minimum degree with mass elimination; George and Liu
// 1989, SIAM Review 31). Where the rest is nearly complete it is left: the last
// block has no rest, and a dense factor suits it. Raters who work in clusters
// come out cluster by cluster; what they share, the cells and whoever roams,
// comes last.
//
// links[i] are the neighbours of i, sorted, without i.
func eliminate(links [][]int32) []block {
	g := &graph{links: links, gone: make([]bool, len(links)), degrees: &degrees{}}
	g.setDenseAside()
	var blocks []block
	for {
		v, ok := g.next()
		if !ok {
			break
		}
		blocks = append(blocks, g.take(v))
	}
	var last block
	for i, gone := range g.gone {
		if !gone {
			last.nodes = append(last.nodes, int32(i))
		}
	}
	if len(last.nodes) > 0 {
		blocks = append(blocks, last)
	}
	return blocks
}

type graph struct {
	links   [][]int32
	gone    []bool
	dense   []bool // linked to nearly everybody: always in the last block
	left    int    // not gone and not dense
	degrees *degrees
}

// setDenseAside keeps nodes linked to far more others than the rest are, such
// as the cells of a round, out of the search for the next: the rule of AMD
// (Amestoy, Davis and Duff 2004, ACM TOMS 30).
func (g *graph) setDenseAside() {
	g.dense = make([]bool, len(g.links))
	limit := max(16, int(10*math.Sqrt(float64(len(g.links)))))
	for i, l := range g.links {
		g.dense[i] = len(l) > limit
		if !g.dense[i] {
			g.left++
			g.degrees.add(int32(i), len(l))
		}
	}
}

// next is the node with the fewest neighbours; false where the rest is nearly
// complete.
func (g *graph) next() (int32, bool) {
	const nearlyComplete = 0.5
	v, degree, ok := g.degrees.least(func(v int32, degree int) bool { return !g.gone[v] && len(g.links[v]) == degree })
	if !ok || float64(degree+1) >= nearlyComplete*float64(g.left) && degree > 8 {
		return 0, false
	}
	return v, true
}

// take eliminates v and its twins: their neighbours become neighbours of each
// other.
func (g *graph) take(v int32) block {
	around := g.links[v]
	b := block{nodes: []int32{v}}
	for _, u := range around {
		if !g.dense[u] && len(g.links[u]) == len(around) && twins(g.links[u], around, u, v) {
			b.nodes = append(b.nodes, u)
		} else {
			b.rest = append(b.rest, u)
		}
	}
	slices.Sort(b.nodes)
	for _, u := range b.nodes {
		g.gone[u], g.links[u] = true, nil
		g.left--
	}
	for _, u := range b.rest {
		if !g.dense[u] { // those are never asked again
			g.links[u] = g.joined(g.links[u], b.rest, u)
			g.degrees.add(u, len(g.links[u]))
		}
	}
	return b
}

// twins says whether a ∪ {u} = b ∪ {v}, of neighbours u and v.
func twins(a, b []int32, u, v int32) bool {
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && a[i] == v:
			i++
		case j < len(b) && b[j] == u:
			j++
		case i == len(a) || j == len(b) || a[i] != b[j]:
			return false
		default:
			i++
			j++
		}
	}
	return true
}

// joined is a ∪ b without what is gone and without u, all sorted.
func (g *graph) joined(a, b []int32, u int32) []int32 {
	out := make([]int32, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		var x int32
		switch {
		case j == len(b) || i < len(a) && a[i] < b[j]:
			x = a[i]
			i++
		case i == len(a) || b[j] < a[i]:
			x = b[j]
			j++
		default:
			x = a[i]
			i++
			j++
		}
		if x != u && !g.gone[x] {
			out = append(out, x)
		}
	}
	return out
}

// degrees finds a node of least degree: nodes by degree, where an entry whose
// degree has changed since is passed over.
type degrees struct {
	at   [][]int32
	from int
}

func (d *degrees) add(v int32, degree int) {
	for len(d.at) <= degree {
		d.at = append(d.at, nil)
	}
	d.at[degree] = append(d.at[degree], v)
	d.from = min(d.from, degree)
}

func (d *degrees) least(valid func(v int32, degree int) bool) (int32, int, bool) {
	for ; d.from < len(d.at); d.from++ {
		for list := d.at[d.from]; len(list) > 0; list = d.at[d.from] {
			v := list[len(list)-1]
			if valid(v, d.from) {
				return v, d.from, true
			}
			d.at[d.from] = list[:len(list)-1]
		}
	}
	return 0, 0, false
}
