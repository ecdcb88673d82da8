package fairness

// Interval is an estimate between its limits. None is NaN; Low may be 0 and
// High +Inf.
type Interval struct{ Estimate, Low, High float64 }

// excludes says that a value lies outside the interval.
func (i Interval) excludes(value float64) bool { return value < i.Low || value > i.High }
