package selection

import "appointable/selection/mixedmodel"

// AdjustedPlace is where the mixed model sees a candidate once severity, halo
// and the luck of the exercise are taken out of the marks: advice beside the
// panel's own order, or the order itself where the campaign declared it before
// scoring. Intervals are 90 %. Where weights are ranges, each weight is taken to
// be as likely anywhere in its range, and all figures here are over such
// weights: the mean is at their mean shares, the interval has 5% of the draws
// below and 5% above.
type AdjustedPlace struct {
	Rank *int    `json:"rank"` // by mean at 0.01, then by the tie chain; null where nobody else has an adjusted place
	Mean float64 `json:"mean"` // of the composite, on the rating scale
	SD   float64 `json:"sd"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`

	// PAppointable is how often the composite and every dimension are above the
	// thresholds declared, by the marks alone. It is null where no such
	// threshold is declared, and for a candidate whom a veto stops that means no: the vetoing
	// mark is given, and no set of values takes it back.
	PAppointable *float64 `json:"p_appointable"`

	// Of one candidate alone nothing is said of ranks: null, or left out.
	PInPosts *float64  `json:"p_in_posts"` // among the first of as many as there are posts
	RankLow  int       `json:"rank_low,omitempty"`
	RankHigh int       `json:"rank_high,omitempty"`
	PRank    []float64 `json:"p_rank,omitempty"` // left out above traceLimit candidates

	// Where weights are ranges: the mean of the weights with which the candidate
	// is first, by dimension in the framework's order, and how often the candidate
	// is first with them.
	CentralWeights []float64 `json:"central_weights,omitempty"`
	Confidence     *float64  `json:"confidence,omitempty"`
}

// Contribution is what the marks in one exercise, or one psychometric scale,
// add to the adjusted composite. Baseline and contributions add up to
// adjusted.mean.
type Contribution struct {
	Exercise   string  `json:"exercise,omitempty"`
	Dimension  string  `json:"dimension,omitempty"`
	Instrument string  `json:"instrument,omitempty"`
	Scale      string  `json:"scale,omitempty"`
	Points     float64 `json:"points"`
}

// Severity is how strictly a rater marked. It is for the HR analyst, and each
// rater's own for that rater after sign-off; exports for a panel leave it out.
type Severity struct {
	Rater     string  `json:"rater"`
	Severity  float64 `json:"severity"`
	Direction string  `json:"direction"` // higher (lenient), lower (strict); "" where the severity is 0
	SD        float64 `json:"sd"`
	Scored    int     `json:"scored"` // marks
}

// FitRecord is the fit with the record of how it was come by.
type FitRecord struct {
	N          int                   `json:"n"`
	Criterion  *float64              `json:"criterion"`
	Method     mixedmodel.Method     `json:"method"`
	Converged  bool                  `json:"converged"`
	Components mixedmodel.Components `json:"components"`
	Dimensions []string              `json:"dimensions"`
	Cells      []CellMean            `json:"cells"`
	// Coefficients say how well the weighted mean of the marks would tell
	// candidates apart, with the raters and exercises there were; null of one
	// candidate.
	Coefficients *Coefficients `json:"coefficients"`
	Warnings     []string      `json:"warnings"`
}

// CellMean is how a criterion was marked in an exercise, severity and the
// candidates taken out.
type CellMean struct {
	Exercise  string   `json:"exercise"`
	Criterion string   `json:"criterion"`
	Mean      *float64 `json:"mean"` // null where nobody was marked
}

// Coefficients are those of Brennan (2001), as mixedmodel.Reliability has them.
type Coefficients struct {
	Generalizability float64 `json:"generalizability"` // for telling candidates apart
	Dependability    float64 `json:"dependability"`    // for holding one against a threshold
}

// PriorUse says where the prior came from and how much it weighed.
type PriorUse struct {
	Source    string  `json:"source"` // default, pooled, given
	Pseudo    float64 `json:"pseudo_units"`
	Residuals float64 `json:"residual_degrees_of_freedom"`
	Weight    float64 `json:"weight"` // of the residual variance, the prior's share: residuals/(residuals + n − p); 1 where marks tell nothing
	Words     string  `json:"words"`
}
