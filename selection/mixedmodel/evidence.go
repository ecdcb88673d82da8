package mixedmodel

// Scale is a psychometric scale as evidence of a candidate's values:
// x = α + b′v + δ + e with e ~ N(0, SEM²), known, and δ ~ N(0, ψ), what the
// scale measures reliably and yet is not the values. Without ψ a reliable but
// irrelevant scale would count as evidence (statistics §1).
type Scale struct {
	Loads []float64 // b, by dimension
	Noise float64   // SEM² + ψ, above 0
}

// ScaleResult is what one candidate scored on one scale.
type ScaleResult struct {
	Candidate, Scale int32
	Score            float64
}

// Evidence is ratings and the psychometric results beside them. The results of
// a candidate without a rating are left out.
type Evidence struct {
	Data
	Scales  []Scale
	Results []ScaleResult
}
