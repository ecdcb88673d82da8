package fairness

const fisherMethod = "Benjamini–Hochberg over two-sided Fisher tests (minimum likelihood)"

// testable says whether a row is tested by itself: not where candidates
// compete, nor where no outcome could reach significance, which its margins
// tell without a look at who passed.
func (r *Ratio) testable() bool { return !r.Descriptive && significant(r.smallest) }

// judgeRows gives the rows of one family their q and verdict.
func judgeRows(rows []Ratio) (tests, leftOut int) {
	var p []float64
	for i := range rows {
		if rows[i].testable() {
			p = append(p, *rows[i].Fisher)
		}
	}
	q := BenjaminiHochberg(p)
	for i := range rows {
		r := &rows[i]
		own := 1.0
		if r.testable() {
			own, q = q[0], q[1:]
			r.Q = &own
		}
		if r.Suppressed {
			continue
		}
		if r.Verdict = judge(r.interval, r.smallest, own); r.Descriptive && r.Verdict != TooFew {
			r.Verdict = Inconclusive
		}
	}
	return len(p), len(rows) - len(p)
}

// judgeTogether takes all crude rows over all campaigns as one family.
func judgeTogether(rows []Ratio) Family {
	tests, leftOut := judgeRows(rows)
	return Family{Name: "all campaigns, every characteristic, group and stage", Families: 1, Tests: tests, LeftOut: leftOut, Method: fisherMethod}
}

// judgeEach takes each campaign as a family. The rows are in order of campaigns.
func judgeEach(rows []Ratio) Family {
	f := Family{Name: "each campaign by itself, every characteristic, group and stage", Method: fisherMethod}
	for begin := 0; begin < len(rows); {
		end := begin
		for end < len(rows) && *rows[end].Campaign == *rows[begin].Campaign {
			end++
		}
		tests, leftOut := judgeRows(rows[begin:end])
		f.Families, f.Tests, f.LeftOut = f.Families+1, f.Tests+tests, f.LeftOut+leftOut
		begin = end
	}
	return f
}

// judgePooled takes all comparisons within campaigns as one family.
func judgePooled(rows []PooledRatio) Family {
	var p []float64
	for i := range rows {
		if significant(rows[i].pool.Smallest) {
			p = append(p, rows[i].pool.P)
		}
	}
	q := BenjaminiHochberg(p)
	for i := range rows {
		r, own := &rows[i], 1.0
		if significant(r.pool.Smallest) {
			own, q = q[0], q[1:]
			r.Q = &own
		}
		r.Verdict = judge(r.pool.Ratio, r.pool.Smallest, own)
	}
	return Family{
		Name: "within campaigns and added up, every characteristic, group and stage", Families: 1, Tests: len(p), LeftOut: len(rows) - len(p),
		Method: "Benjamini–Hochberg over Cochran–Mantel–Haenszel tests",
	}
}

// settleCompeting gives the crude rows of stages where candidates compete the
// verdict of the pooled inference, and what that would have found. Both lists
// are of the same comparisons.
func settleCompeting(rows []Ratio, pooled []PooledRatio) {
	for i := range rows {
		if rows[i].Descriptive && !rows[i].Suppressed && !pooled[i].Suppressed {
			rows[i].Verdict, rows[i].Detectable = pooled[i].Verdict, pooled[i].Detectable
		}
	}
}
