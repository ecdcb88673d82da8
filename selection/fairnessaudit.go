package selection

import (
	"context"
	"fmt"
	"slices"
	"time"

	"appointable/internal/fault"
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// FairnessEngine is the version of the audit: another may give other bytes.
const FairnessEngine = "fairness 1"

// FairnessSettings say what an audit is of and what it may show.
type FairnessSettings struct {
	Scope  FairnessScope // what the inputs cover; zero: whatever they are
	Seed   int64
	Policy *suppression.Policy // nil: true counts, for the owner of the data alone
	Before FairnessMemory      // what earlier audits of the trust left to remember
}

// FairnessMemory is what was ever shown of each characteristic. It holds true
// counts, and belongs where the characteristics are.
type FairnessMemory map[string]suppression.Released

// Check returns Invalid unless the scope is one campaign, or a period from a day
// to the same or a later one.
func (s FairnessScope) Check() error {
	if (s.Campaign == "") == (s.Period == nil) {
		return fault.New(fault.Invalid, "an audit is of one campaign, or of those decided from one day to another: name the campaign or both days")
	}
	if s.Period == nil {
		return nil
	}
	for _, day := range []string{s.Period.From, s.Period.To} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return fault.New(fault.Invalid, "%.20q is not a day; write it as 2025-04-01", day)
		}
	}
	if s.Period.From > s.Period.To {
		return fault.New(fault.Invalid, "the period begins on %s, after it ends on %s", s.Period.From, s.Period.To)
	}
	return nil
}

// name is the scope's in what is remembered.
func (s FairnessScope) name() string {
	switch {
	case s.Period != nil:
		return fmt.Sprintf("decided from %s to %s", s.Period.From, s.Period.To)
	case s.Campaign != "":
		return scopeOf(s.Campaign)
	}
	return AllCampaigns
}

// AuditFairness says whether groups of candidates fared alike, at which stage
// and by which exercise, dimension or criterion they did not, and what could have
// been seen at all. The second result is the memory that the next audit needs;
// it is Before where nothing is suppressed. Errors: those of Suppress, and the
// context's.
func AuditFairness(ctx context.Context, in *FairnessInputs, s FairnessSettings) (FairnessAudit, FairnessMemory, error) {
	c := in.columns()
	a := FairnessAudit{
		Engine: FairnessEngine, Inputs: c.hash(), Scope: s.Scope, Seed: s.Seed, Policy: s.Policy, PolicyWords: []string{},
		Words: []string{}, Gaps: []CharacteristicGap{}, Intersections: []IntersectionGap{}, Trend: []YearRatio{},
	}
	shown, after, notices, err := c.compare(ctx, s)
	if err != nil {
		return FairnessAudit{}, nil, err
	}
	if s.Policy != nil {
		a.PolicyWords = s.Policy.Words()
	}
	if a.Report, err = shown.Audit(ctx); err != nil {
		return FairnessAudit{}, nil, err
	}
	a.Period, a.Campaigns = s.Scope.Period, len(c.campaigns)
	a.Warnings = append(a.Warnings, notices...)
	if err := a.addMarks(ctx, c, s); err != nil {
		return FairnessAudit{}, nil, err
	}
	if a.Intersections, err = c.intersections(ctx, s.Policy); err != nil {
		return FairnessAudit{}, nil, err
	}
	a.Trend = c.trend(&shown.comparisons, s.Policy)
	a.say(c)
	return a, after, nil
}

// comparisons are the counts side by side, and what may be shown of them.
type comparisons struct {
	comparisons fairness.Comparisons
	shown       map[string]Suppressed // by characteristic; nil: everything
}

// Audit is the audit of counts.
func (c *comparisons) Audit(ctx context.Context) (fairness.Report, error) {
	if c.shown == nil {
		return c.comparisons.Audit(ctx, nil)
	}
	return c.comparisons.Audit(ctx, func(characteristic string, groups []string, stage fairness.Stage, campaign string) (int, int, bool) {
		return c.shown[characteristic].Shown(characteristic, groups, stage, campaign)
	})
}

// compare counts characteristic by characteristic and decides what may be shown.
func (c *auditColumns) compare(ctx context.Context, s FairnessSettings) (made *comparisons, after FairnessMemory, notices []string, err error) {
	made, after = &comparisons{}, s.Before
	made.comparisons.Brief = s.Policy != nil
	for _, characteristic := range c.answered() {
		counts := c.counts(characteristic)
		if err := made.comparisons.Add(counts); err != nil {
			return nil, nil, nil, err
		}
		if s.Policy == nil || len(counts) == 0 {
			continue
		}
		suppressed, err := Suppress(ctx, *s.Policy, s.Scope.name(), counts, after)
		if err != nil {
			return nil, nil, nil, err
		}
		if made.shown == nil {
			made.shown = map[string]Suppressed{}
		}
		made.shown[counts[0].Characteristic], after = suppressed, suppressed.Remember
		notices = append(notices, suppressed.Notices...)
	}
	if s.Policy != nil && made.shown == nil {
		made.shown = map[string]Suppressed{} // nothing is
	}
	return made, after, notices, nil
}

// shows says whether anything is shown of a characteristic over all campaigns.
func (a *FairnessAudit) shows(characteristic string) bool {
	return slices.ContainsFunc(a.Ratios[:len(a.Pooled)], func(r fairness.Ratio) bool {
		return r.Characteristic == characteristic && !r.Suppressed
	})
}
