package fairness

import "math"

// Report is the audit of counts: what is known of each comparison and how
// well, in a fixed order, so that the same counts give the same bytes.
type Report struct {
	Period       *Period       `json:"period"` // the caller's; nil: whatever the counts cover
	Campaigns    int           `json:"campaigns"`
	Unsuppressed bool          `json:"unsuppressed"`
	Ratios       []Ratio       `json:"ratios"` // all campaigns together, in the order of Pooled; then one by one
	Pooled       []PooledRatio `json:"pooled"`
	Power        []PowerRow    `json:"power"`
	Family       []Family      `json:"family"`
	Withheld     int           `json:"withheld"` // rows of single campaigns that are left out, since nothing of them may be shown
	NotCompared  []NotCompared `json:"not_compared"`
	Warnings     []string      `json:"warnings"`
}

// Ratio compares a focal group with its reference at one stage, of one campaign
// or of all (Campaign nil). What does not exist, or is not shown, is nil.
type Ratio struct {
	Characteristic string      `json:"characteristic"`
	Focal          string      `json:"focal"`
	Reference      string      `json:"reference"`
	Stage          Stage       `json:"stage"`
	Campaign       *string     `json:"campaign"`
	X1             *int        `json:"x1"`
	N1             *int        `json:"n1"`
	X0             *int        `json:"x0"`
	N0             *int        `json:"n0"`
	Ratio          *float64    `json:"ratio"`
	Low            *float64    `json:"low"`
	High           *float64    `json:"high"` // nil also where it has no bound
	Reason         Reason      `json:"reason,omitempty"`
	Fisher         *float64    `json:"fisher"`
	MidP           *float64    `json:"midp"`
	ChanceBelow    *float64    `json:"p_below_080"`
	Q              *float64    `json:"q"`           // nil where no test is made
	Detectable     *float64    `json:"detectable"`  // the largest ratio below 1 found four times in five
	Descriptive    bool        `json:"descriptive"` // candidates compete here: read the pooled inference
	Indicator      []Indicator `json:"indicator"`
	Suppressed     bool        `json:"suppressed"`
	Verdict        Verdict     `json:"verdict,omitempty"`

	smallest float64 // p that the margins allow; 1 of a row that is not shown
	interval Interval
}

// PooledRatio is a comparison within campaigns, added up over them.
type PooledRatio struct {
	Characteristic string   `json:"characteristic"`
	Focal          string   `json:"focal"`
	Reference      string   `json:"reference"`
	Stage          Stage    `json:"stage"`
	Campaigns      *int     `json:"campaigns"` // that say something
	Ratio          *float64 `json:"ratio"`
	Low            *float64 `json:"low"`
	High           *float64 `json:"high"`
	Reason         Reason   `json:"reason,omitempty"`
	CMH            *float64 `json:"cmh"`
	P              *float64 `json:"p"`
	Q              *float64 `json:"q"`
	BreslowDay     *float64 `json:"breslow_day"`
	BreslowDayP    *float64 `json:"breslow_day_p"`
	Detectable     *float64 `json:"detectable"`
	Suppressed     bool     `json:"suppressed"`
	Verdict        Verdict  `json:"verdict,omitempty"`

	pool Pooled
}

// PowerRow says what all campaigns together could have shown.
type PowerRow struct {
	Characteristic string   `json:"characteristic"`
	Focal          string   `json:"focal"`
	Reference      string   `json:"reference"`
	Stage          Stage    `json:"stage"`
	N1             *int     `json:"n1"`
	N0             *int     `json:"n0"`
	Rate           *float64 `json:"rate"`       // of the reference group
	Detectable     *float64 `json:"detectable"` // ratio found with power 0.8
	FourFifths     *float64 `json:"power_080"`  // power at a ratio of 0.8; nil where candidates compete
	Suppressed     bool     `json:"suppressed"`
}

// Family is a set of tests that Benjamini–Hochberg treats as one.
type Family struct {
	Name     string `json:"name"`
	Families int    `json:"families"` // how many of this kind
	Tests    int    `json:"tests"`    // in all of them
	LeftOut  int    `json:"left_out"` // that no outcome could have made significant
	Method   string `json:"method"`
}

// NotCompared counts those whose characteristic is not stated or not known.
type NotCompared struct {
	Characteristic string `json:"characteristic"`
	Group          string `json:"group"`
	Stage          Stage  `json:"stage"`
	Entered        *int   `json:"entered"`
	Passed         *int   `json:"passed"`
	Suppressed     bool   `json:"suppressed"`
}

// fewCampaigns is how many campaigns a comparison within campaigns must stand
// on to be shown where counts are suppressed: a ratio of fewer could be undone.
const fewCampaigns = 5

// coarsen leaves of a comparison within campaigns, which stands on true counts,
// the ratio and its interval to two decimals, and nothing where the counts of
// all campaigns together are withheld.
func (p *PooledRatio) coarsen(withheld bool) {
	was := *p
	*p = PooledRatio{Characteristic: p.Characteristic, Focal: p.Focal, Reference: p.Reference, Stage: p.Stage}
	if withheld || was.pool.Campaigns < fewCampaigns {
		p.Suppressed = true
		return
	}
	p.Ratio, p.Low, p.High = twoDecimals(was.Ratio), twoDecimals(was.Low), twoDecimals(was.High)
	p.Reason, p.Verdict = was.Reason, was.Verdict
}

func twoDecimals(x *float64) *float64 {
	if x == nil {
		return nil
	}
	rounded := math.Round(*x*100) / 100
	return &rounded
}

// shownLimits leaves out a limit that is not a number.
func shownLimits(i Interval) (low, high *float64) {
	return &i.Low, bounded(i.High)
}

func bounded(x float64) *float64 {
	if math.IsInf(x, 0) {
		return nil
	}
	return &x
}
