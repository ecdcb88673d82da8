package fairness

import "appointable/internal/fault"

// Table is what became of two groups at one stage: X1 passed of the N1 of the
// focal group who entered it, X0 of the N0 of the reference group.
// 0 ≤ X1 ≤ N1 and 0 ≤ X0 ≤ N0.
type Table struct{ X1, N1, X0, N0 int }

// Reason says in a plain sentence why there is no figure; "" where there is one.
type Reason string

// Why there is no ratio.
const (
	NoFocal          Reason = "Nobody of the focal group was at this stage."
	NoReference      Reason = "Nobody of the reference group was at this stage."
	NobodyPassed     Reason = "Nobody passed."
	NoReferencePass  Reason = "Nobody of the reference group passed: there is no rate to divide by."
	NoSharedCampaign Reason = "No campaign had both groups at this stage."
)

// Check returns an Invalid fault unless the counts make sense.
func (t Table) Check() error {
	if t.X1 < 0 || t.X0 < 0 || t.X1 > t.N1 || t.X0 > t.N0 {
		return fault.New(fault.Invalid, "%d of %d and %d of %d: from 0 to all can have passed", t.X1, t.N1, t.X0, t.N0)
	}
	return nil
}

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
