package fairness

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Audit compares every focal group with its reference at every stage, in each
// campaign and over all. Ratios and tests are of the counts as they are shown;
// only comparisons within campaigns stand on true counts, and are then rounded.
// A nil shown shows the true counts, which are for the data's owner alone.
// It returns Invalid with every mistake of the counts (see CheckCounts), and
// ctx's error when the caller stops waiting.
func Audit(ctx context.Context, counts []Count, shown Shown) (Report, error) {
	var c Comparisons
	if err := c.Add(counts); err != nil {
		return Report{}, err
	}
	return c.Audit(ctx, shown)
}

// finding is what one table says, whichever campaign it is of.
type finding struct {
	interval   Interval
	reason     Reason
	exact      Exact
	chance     *float64
	detectable *float64
}

// findings are those of tables of one size.
func (c *comparison) findings(tables []Table) map[Table]finding {
	known := make(map[Table]finding, len(tables))
	detectable := map[int]*float64{} // by reference passes, on which alone it depends
	for _, t := range tables {
		f := finding{exact: t.Exact()}
		f.interval, f.reason = t.Ratio()
		if p, ok := t.ChanceBelow(FourFifths); ok {
			f.chance = &p
		}
		if _, computed := detectable[t.X0]; !computed && t.N1 > 0 && t.N0 > 0 {
			detectable[t.X0] = nil
			if ratio, ok := c.detectable(float64(t.X0) / float64(t.N0)); ok {
				detectable[t.X0] = &ratio
			}
		}
		f.detectable = detectable[t.X0]
		known[t] = f
	}
	return known
}

// findings computes each different table once, for small campaigns have few,
// size by size on all processors.
func findings(ctx context.Context, all []contrast) (map[Table]finding, error) {
	type size struct{ n1, n0 int }
	bySize := map[size][]Table{}
	seen := map[Table]bool{}
	note := func(t Table) {
		if at := (size{t.N1, t.N0}); !seen[t] {
			seen[t], bySize[at] = true, append(bySize[at], t)
		}
	}
	for i := range all {
		for _, t := range append(all[i].shown, all[i].shownSum) {
			if t != nil {
				note(*t)
			}
		}
	}
	// The largest first, so that no processor is left with one at the end.
	sizes := slices.SortedFunc(maps.Keys(bySize), func(a, b size) int { return cmp.Compare(b.n1+b.n0, a.n1+a.n0) })
	found := make([]map[Table]finding, len(sizes))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(sizes) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				found[i] = newComparison(sizes[i].n1, sizes[i].n0).findings(bySize[sizes[i]])
			}
		})
	}
	workers.Wait()
	known := make(map[Table]finding, len(seen))
	for _, some := range found {
		maps.Copy(known, some)
	}
	return known, ctx.Err()
}

func (c *contrast) row(campaign *string, t *Table, known map[Table]finding) Ratio {
	r := Ratio{
		Characteristic: c.characteristic, Focal: c.focal, Reference: c.reference, Stage: c.stage, Campaign: campaign,
		Descriptive: c.stage.Competes(), Suppressed: t == nil, smallest: 1,
	}
	if t == nil {
		return r
	}
	f := known[*t]
	r.X1, r.N1, r.X0, r.N0 = &t.X1, &t.N1, &t.X0, &t.N0
	r.Reason, r.ChanceBelow, r.Detectable = f.reason, f.chance, f.detectable
	r.smallest, r.interval = f.exact.Smallest, f.interval
	if t.N1 > 0 && t.N0 > 0 {
		r.Fisher, r.MidP = &f.exact.Fisher, &f.exact.MidP
		r.Low, r.High = shownLimits(f.interval)
	}
	if f.reason == "" {
		r.Ratio = &f.interval.Estimate
	}
	return r
}

func (c *contrast) indicators() []Indicator {
	if !c.indicative {
		return nil
	}
	var made []Indicator
	for _, name := range indicatorNames(c.characteristic, c.stage) {
		made = append(made, newIndicator(name, c.characteristic, c.stage, c.shownConsultant))
	}
	return made
}

func (c *contrast) pooled() PooledRatio {
	pool, reason := Pool(c.tables)
	p := PooledRatio{
		Characteristic: c.characteristic, Focal: c.focal, Reference: c.reference, Stage: c.stage,
		Campaigns: &pool.Campaigns, Reason: reason, pool: pool,
	}
	if pool.Campaigns == 0 && reason != "" {
		return p
	}
	if reason == "" {
		p.Ratio = &pool.Ratio.Estimate
	}
	p.Low, p.High = shownLimits(pool.Ratio)
	p.CMH, p.P = &pool.CMH, &pool.P
	if h := pool.Homogeneity; h != nil {
		p.BreslowDay, p.BreslowDayP = &h.Chi, &h.P
	}
	if pool.Detectable > 0 {
		p.Detectable = &pool.Detectable
	}
	return p
}

func powerRow(r Ratio) PowerRow {
	p := PowerRow{
		Characteristic: r.Characteristic, Focal: r.Focal, Reference: r.Reference, Stage: r.Stage,
		N1: r.N1, N0: r.N0, Detectable: r.Detectable, Suppressed: r.Suppressed,
	}
	if r.Suppressed || *r.N0 == 0 {
		return p
	}
	rate := float64(*r.X0) / float64(*r.N0)
	p.Rate = &rate
	if *r.N1 > 0 && !r.Descriptive {
		power := newComparison(*r.N1, *r.N0).power(FourFifths*rate, rate)
		p.FourFifths = &power
	}
	return p
}
