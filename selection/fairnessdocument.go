package selection

import (
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// FairnessAudit is one run of the fairness audit, as it is stored: the same
// inputs, seed, policy, memory of what was released and engine give the same
// bytes. What does not exist, or may not be shown, is null, and beside it is
// said why.
type FairnessAudit struct {
	Engine          string              `json:"engine"`
	Inputs          string              `json:"inputs_sha256"` // of what was audited, whatever codes it stood under
	Scope           FairnessScope       `json:"scope"`
	Seed            int64               `json:"seed"`
	Policy          *suppression.Policy `json:"policy"` // null: true counts
	PolicyWords     []string            `json:"policy_words"`
	Words           []string            `json:"words"`  // for a board: what was found, in sentences
	Remedy          string              `json:"remedy"` // of an audit before the decision the only one that is left; else ""
	fairness.Report                     // a row of a single campaign only where something of it is shown
	Gaps            []CharacteristicGap `json:"gaps"` // in marks, by characteristic
	Intersections   []IntersectionGap   `json:"intersections"`
	Trend           []YearRatio         `json:"trend"`
}

// FairnessScope is what an audit looks at: one campaign, or those decided in a
// period.
type FairnessScope struct {
	Campaign string           `json:"campaign,omitempty"`
	Period   *fairness.Period `json:"period,omitempty"`
}

// CharacteristicGap is what the marks show of one characteristic.
type CharacteristicGap struct {
	Characteristic string            `json:"characteristic"`
	Focal          string            `json:"focal"`
	Reference      string            `json:"reference"`
	Suppressed     bool              `json:"suppressed"` // nothing of it is shown
	Scores         []ScoreGap        `json:"scores"`     // by exercise, by dimension, by dimension × exercise, in this order
	Criteria       []CriterionGap    `json:"criteria"`
	Raters         RaterDifference   `json:"raters"`
	Moderation     *ModerationShift  `json:"moderation"` // null: nothing was moderated
	Family         []fairness.Family `json:"family"`
	Words          []string          `json:"words"` // what stands out, a sentence each; one if nothing does
}

// ScoreGap is how much lower (below 0) or higher the focal group was marked in
// one place: Hedges' g, in standard deviations, and the gap in marks.
type ScoreGap struct {
	Dimension *string          `json:"dimension"` // null: all of them
	Exercise  *string          `json:"exercise"`  // null: all of them
	G         *float64         `json:"g"`
	Low       *float64         `json:"low"`
	High      *float64         `json:"high"`
	Marks     *float64         `json:"marks"`
	P         *float64         `json:"p"` // null where counts are suppressed, which it would tell of
	Q         *float64         `json:"q"`
	Seen      *SeenCounts      `json:"seen"` // likewise
	Verdict   fairness.Verdict `json:"verdict"`
	Words     string           `json:"words"`
}

// SeenCounts are the candidates behind a figure.
type SeenCounts struct {
	Focal     int `json:"focal"`
	Reference int `json:"reference"`
	Campaigns int `json:"campaigns"` // that saw both groups
}

// CriterionGap is whether a criterion was marked differently for candidates who
// did alike elsewhere: the standardised mean difference, in marks.
type CriterionGap struct {
	Criterion string           `json:"criterion"`
	Dimension string           `json:"dimension"`
	Exercise  string           `json:"exercise"`
	SMD       *float64         `json:"smd"`
	Low       *float64         `json:"low"`
	High      *float64         `json:"high"`
	LogOdds   *float64         `json:"log_odds"` // Liu and Agresti's
	P         *float64         `json:"p"`
	Q         *float64         `json:"q"`
	Seen      *SeenCounts      `json:"seen"`
	Verdict   fairness.Verdict `json:"verdict"`
	Words     string           `json:"words"`
}

// RaterDifference is whether assessors differ in how they mark the groups.
// Nobody is named, nor numbered: it is about all of them.
type RaterDifference struct {
	Told    *int     `json:"told"`    // assessors with enough candidates of both groups
	Between *float64 `json:"between"` // the standard deviation between them, in marks, beyond chance
	Chi     *float64 `json:"chi"`
	P       *float64 `json:"p"`
	Places  *int     `json:"places"` // dimensions × exercises × assessors with enough candidates
	Gaps    *int     `json:"gaps"`   // of them with a gap
	Words   string   `json:"words"`
}

// ModerationShift is what moderation did to the groups' marks.
type ModerationShift struct {
	Focal     *float64         `json:"focal"`
	Reference *float64         `json:"reference"`
	Shift     *float64         `json:"shift"` // focal less reference within the same panels
	Low       *float64         `json:"low"`
	High      *float64         `json:"high"`
	P         *float64         `json:"p"`
	Seen      *SeenCounts      `json:"seen"`
	Verdict   fairness.Verdict `json:"verdict"`
	Words     string           `json:"words"`
}

// IntersectionGap is those in whom two characteristics meet, at one stage.
type IntersectionGap struct {
	Characteristics [2]string        `json:"characteristics"`
	Groups          [2]string        `json:"groups"`
	Stage           fairness.Stage   `json:"stage"`
	Passed          *int             `json:"passed"`
	Of              *int             `json:"of"`
	Rate            *float64         `json:"rate"`
	Low             *float64         `json:"low"`
	High            *float64         `json:"high"`
	Apart           *float64         `json:"apart"` // the rate that the characteristics one by one give
	Q               *float64         `json:"q"`
	Suppressed      bool             `json:"suppressed"`
	Verdict         fairness.Verdict `json:"verdict,omitempty"`
	Words           string           `json:"words"`
}

// YearRatio is a comparison within the campaigns decided in one year, from 1
// April to 31 March, added up over them.
type YearRatio struct {
	Year           int              `json:"year"` // in which it begins
	Characteristic string           `json:"characteristic"`
	Focal          string           `json:"focal"`
	Reference      string           `json:"reference"`
	Stage          fairness.Stage   `json:"stage"`
	Ratio          *float64         `json:"ratio"`
	Low            *float64         `json:"low"`
	High           *float64         `json:"high"`
	Suppressed     bool             `json:"suppressed"`
	Reason         fairness.Reason  `json:"reason,omitempty"`
	Verdict        fairness.Verdict `json:"verdict,omitempty"`
}
