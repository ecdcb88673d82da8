package suppression

// table is all that one release shows of a scope for one characteristic: what
// an attacker holds. Those of earlier releases are as they are.
type table struct {
	release   int // from 0
	scope     string
	past      bool
	campaigns []int // numbers in the memory
	totals    []int // by stage
	blocks    []block
}

// block is the cells of one grouping, by group and stage.
type block struct {
	grouping Grouping
	groupOf  []int // by code, -1 for none
	cells    [][]cell
}

// cell is one count and what its shown value tells: low ≤ count ≤ high. count
// is the true one, except while people are exchanged.
type cell struct {
	count, low, high int
	shown            bool
	past             bool
}

func (c *cell) hide() { c.shown = false }

func (c *cell) as(p Policy) Shown {
	if !c.shown {
		return Shown{Hidden: true}
	}
	return p.Show(c.count)
}

// room is how far the count may go up or down without the shown value changing.
func (c *cell) room(up bool) int {
	if up {
		return c.high - c.count
	}
	return c.count - c.low
}

// stuck reports whether the cell is shown and has no room, or, if it must be
// free, is shown.
func (c *cell) stuck(up, free bool) bool { return c.shown && (free || c.room(up) == 0) }

func (c *cell) fits() bool { return c.low <= c.count && c.count <= c.high }

// fill counts the people of a new table and hides what is small.
func (t *table) fill(p Policy, c Characteristic, stages int, counts func(campaign int) [][]int) {
	sums := make([][]int, len(c.Codes))
	for k := range sums {
		sums[k] = make([]int, stages)
	}
	for _, u := range t.campaigns {
		for k, row := range counts(u) {
			for s, n := range row {
				sums[k][s] += n
			}
		}
	}
	t.totals = make([]int, stages)
	for s := range t.totals {
		t.totals[s] = sum(sums, s)
	}
	for _, g := range c.Groupings {
		b := block{grouping: g, groupOf: g.groupOf(len(c.Codes)), cells: make([][]cell, len(g.Groups))}
		for i, group := range g.Groups {
			b.cells[i] = make([]cell, stages)
			for s := range b.cells[i] {
				n := 0
				for _, k := range group.Codes {
					n += sums[k][s]
				}
				b.cells[i][s] = newCell(p, n)
			}
		}
		t.blocks = append(t.blocks, b)
	}
}

func newCell(p Policy, n int) cell {
	c := cell{count: n}
	c.low, c.high, c.shown = p.Range(p.Show(n))
	return c
}

// recall takes over what an earlier release showed.
func (t *table) recall(p Policy, was PastTable, codes int, counts func(campaign int) [][]int) {
	for _, w := range was.Blocks {
		b := block{grouping: w.Grouping, groupOf: w.Grouping.groupOf(codes), cells: make([][]cell, len(w.Cells))}
		for i, row := range w.Cells {
			b.cells[i] = make([]cell, len(row))
			for s, shown := range row {
				c := &b.cells[i][s]
				c.past = true
				c.low, c.high, c.shown = p.Range(shown)
				for _, k := range w.Grouping.Groups[i].Codes {
					for _, u := range t.campaigns {
						c.count += counts(u)[k][s]
					}
				}
			}
		}
		t.blocks = append(t.blocks, b)
	}
}

func (t *table) remember(p Policy, scope int) PastTable {
	was := PastTable{Scope: scope}
	for _, b := range t.blocks {
		was.Blocks = append(was.Blocks, PastBlock{Grouping: b.grouping, Totals: showAll(p, t.totals), Cells: b.shown(p)})
	}
	return was
}

func (b block) shown(p Policy) [][]Shown {
	rows := make([][]Shown, len(b.cells))
	for i, row := range b.cells {
		rows[i] = make([]Shown, len(row))
		for s := range row {
			rows[i][s] = row[s].as(p)
		}
	}
	return rows
}

func showAll(p Policy, counts []int) []Shown {
	list := make([]Shown, len(counts))
	for s, n := range counts {
		list[s] = p.Show(n)
	}
	return list
}
