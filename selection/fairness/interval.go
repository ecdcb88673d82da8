package fairness

// Interval is an estimate between its limits.
type Interval struct{ Estimate, Low, High float64 }
