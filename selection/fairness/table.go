package fairness

// Table is what became of two groups at one stage: X1 passed of the N1 of the
// focal group who entered it, X0 of the N0 of the reference group.
// 0 ≤ X1 ≤ N1 and 0 ≤ X0 ≤ N0, which CheckCounts makes sure of.
type Table struct{ X1, N1, X0, N0 int }

// Reason says in a plain sentence why there is no figure; "" where there is one.
type Reason string

// Why there is no ratio.
const (
	NoFocal          Reason = "Nobody of the focal group was at this stage."
	NoReference      Reason = "Nobody of the reference group was at this stage."
	NobodyPassed     Reason = "Nobody passed."
	NoReferencePass  Reason = "Nobody of the reference group passed: there is no rate to divide by."
	AllOrNone        Reason = "In each campaign with both groups all passed, or nobody did."
	NoSharedCampaign Reason = "No campaign had both groups at this stage."
)

func (t Table) swapped() Table { return Table{X1: t.X0, N1: t.N0, X0: t.X1, N0: t.N1} }

func (t Table) plus(o Table) Table {
	return Table{X1: t.X1 + o.X1, N1: t.N1 + o.N1, X0: t.X0 + o.X0, N0: t.N0 + o.N0}
}

// missing says why a table has no ratio, if it has none.
func (t Table) missing() Reason {
	switch {
	case t.N1 == 0:
		return NoFocal
	case t.N0 == 0:
		return NoReference
	case t.X1 == 0 && t.X0 == 0:
		return NobodyPassed
	case t.X0 == 0:
		return NoReferencePass
	}
	return ""
}
