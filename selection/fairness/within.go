package fairness

// Within compares the groups within campaigns only, and adds these up: what
// Audit has in Pooled where counts are suppressed, ratios to two decimals and of
// no fewer than five campaigns. Withheld says of the counts of both groups over
// all campaigns whether nothing may be shown of them. The counts are such that
// CheckCounts accepts them.
func Within(counts []Count, withheld func(Table) bool) []PooledRatio {
	all := contrasts(counts)
	rows := make([]PooledRatio, len(all))
	for i := range all {
		rows[i] = all[i].pooled()
	}
	judgePooled(rows)
	for i := range rows {
		rows[i].coarsen(withheld(all[i].sum))
	}
	return rows
}
