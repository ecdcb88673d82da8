package selection

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
)

const (
	maxPosts = 10_000 // a national round
	maxText  = 4_000  // characters of a title, reason or note
	maxCode  = 64
)

// checkCode accepts what can stand in an address, a file name and a
// spreadsheet cell without being taken for something else.
func checkCode(l *fault.List, where, code string) {
	switch {
	case code == "":
		l.Add(where, "is empty; give a short code such as C01")
	case len(code) > maxCode:
		l.Add(where, "is longer than %d characters; give a short code such as C01", maxCode)
	case strings.ContainsAny(code[:1], "=+-@."):
		l.Add(where, "%q begins with %q, which a spreadsheet takes for a formula; begin with a letter or a digit", code, code[:1])
	case strings.IndexFunc(code, notInCode) >= 0:
		l.Add(where, "%q has a character that codes may not have; use letters, digits, full stops, hyphens and underscores", code)
	}
}

func notInCode(r rune) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
	return !strings.ContainsRune(allowed, r)
}

func checkText(l *fault.List, where, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		l.Add(where, "is empty")
	case len([]rune(text)) > maxText:
		l.Add(where, "is longer than %d characters", maxText)
	case strings.ContainsRune(text, 0):
		l.Add(where, "has a NUL character; remove it")
	}
}

func (c Campaign) validateExercises(l *fault.List, f frameworks.Framework) {
	if len(c.Exercises) == 0 {
		l.Add("exercises", "there is none; a panel needs at least one exercise to mark")
	}
	seen := map[string]bool{}
	for i, e := range c.Exercises {
		at := fmt.Sprintf("exercises[%d]", i)
		checkCode(l, at+".code", e.Code)
		if seen[e.Code] {
			l.Add(at+".code", "%s is there twice", e.Code)
		}
		seen[e.Code] = true
		if e.Method == "" {
			l.Add(at+".method", "is missing; for example structured-interview or simulation")
		}
		validateCriteria(l, at, e, f)
	}
}

func validateCriteria(l *fault.List, at string, e Exercise, f frameworks.Framework) {
	if len(e.Criteria) == 0 {
		l.Add(at+".criteria", "%s marks no criterion", e.Code)
	}
	for j, code := range e.Criteria {
		where := fmt.Sprintf("%s.criteria[%d]", at, j)
		if _, d := f.Criterion(code); d < 0 {
			l.Add(where, "the framework %s has no criterion %q", f.Code, code)
		}
		if slices.Index(e.Criteria, code) < j {
			l.Add(where, "%s is there twice", code)
		}
	}
}

func (c Campaign) validateGates(l *fault.List, f frameworks.Framework) {
	inside := func(where string, threshold float64) {
		if math.IsNaN(threshold) || threshold < f.Scale.Min || threshold > f.Scale.Max {
			l.Add(where, "%v is outside the scale %v–%v", threshold, f.Scale.Min, f.Scale.Max)
		}
	}
	if c.Gates.Composite != nil {
		inside("appointable.composite", *c.Gates.Composite)
	}
	for _, code := range sortedKeys(c.Gates.Minimum) {
		where := "appointable.minimum." + code
		if dimensionIndex(f, code) < 0 {
			l.Add(where, "the framework %s has no dimension %q", f.Code, code)
			continue
		}
		inside(where, c.Gates.Minimum[code])
	}
	if c.Gates.Veto != nil {
		inside("appointable.veto", *c.Gates.Veto)
	}
	if m := c.Gates.VetoMeans; m != "" && m != VetoDiscuss && m != VetoNo {
		l.Add("appointable.veto_means", "%q is not known; choose discuss or no", m)
	}
}

func (c Campaign) validateRank(l *fault.List, f frameworks.Framework) {
	switch c.Rank.Rule {
	case PanelMean, Adjusted:
	default:
		l.Add("rank.rule", "%q is not a rule; choose panel-mean or adjusted", c.Rank.Rule)
	}
	for i, code := range c.Rank.Ties {
		where := fmt.Sprintf("rank.ties[%d]", i)
		if dimensionIndex(f, code) < 0 {
			l.Add(where, "the framework %s has no dimension %q", f.Code, code)
		}
		if slices.Index(c.Rank.Ties, code) < i {
			l.Add(where, "%s is there twice", code)
		}
	}
}

func dimensionIndex(f frameworks.Framework, code string) int {
	return slices.IndexFunc(f.Dimensions, func(d frameworks.Dimension) bool { return d.Code == code })
}

// Warnings says what is allowed in a plan but unwise, in sentences for the
// person who designs it. Valid campaigns only.
func (c Campaign) Warnings(f frameworks.Framework) []string {
	return append(c.lastingWarnings(f), c.ruleWarnings()...)
}

// lastingWarnings are those that hold once the marks are there, too: who meets
// whom is then seen, and the plan need not be asked.
func (c Campaign) lastingWarnings(f frameworks.Framework) []string {
	var w []string
	w = append(w, c.coverageWarnings(f)...)
	w = append(w, c.Of(StageAssessment).methodWarnings()...)
	w = append(w, c.stageWarnings()...)
	w = append(w, c.psychometricWarnings()...)
	w = append(w, c.committeeWarnings()...)
	return w
}

// coverageWarnings finds values seen by one method only and criteria seen by
// none: one method cannot tell the value from how the method suits somebody.
func (c Campaign) coverageWarnings(f frameworks.Framework) []string {
	var w []string
	c = c.Of(StageAssessment)
	for _, d := range f.Dimensions {
		methods := c.methodsFor(d)
		switch {
		case len(methods) == 0:
			w = append(w, fmt.Sprintf("%s: no exercise assesses it, so no candidate can have a composite. Add one of its criteria to an exercise, or leave the dimension out of the framework.", d.Title))
		case len(methods) == 1 && d.Kind == frameworks.Value:
			w = append(w, fmt.Sprintf("%s is seen by one method only (%s). Two different methods tell the value from a knack for the method.", d.Title, methods[0]))
		}
		for _, criterion := range d.Criteria {
			if len(methods) > 0 && !c.assesses(criterion.Code) {
				w = append(w, fmt.Sprintf("%s: nobody assesses %s.", d.Title, criterion.Code))
			}
		}
	}
	return w
}

func (c Campaign) assesses(criterion string) bool {
	return slices.ContainsFunc(c.Exercises, func(e Exercise) bool { return slices.Contains(e.Criteria, criterion) })
}

// methodsFor lists the distinct methods that see a dimension, in the order of
// the plan. A weighted psychometric scale that loads on it counts as one.
func (c Campaign) methodsFor(d frameworks.Dimension) []string {
	var methods []string
	add := func(m string) {
		if !slices.Contains(methods, m) {
			methods = append(methods, m)
		}
	}
	for _, e := range c.Exercises {
		if slices.ContainsFunc(d.Criteria, func(cr frameworks.Criterion) bool { return slices.Contains(e.Criteria, cr.Code) }) {
			add(string(e.Method))
		}
	}
	if len(methods) == 0 {
		return nil // a test alone is no observation by the panel
	}
	for _, p := range c.Psychometrics {
		if p.Use == Weighted && p.Loads[d.Code] > 0 {
			add("psychometric")
		}
	}
	return methods
}

// methodWarnings names methods that evidence does not support for scoring
// values (Patterson et al. 2016, doi 10.1007/s10459-014-9579-4).
func (c Campaign) methodWarnings() []string {
	supported := []Method{StructuredInterview, MiniInterview, Simulation, GroupExercise, Presentation, WrittenExercise, WorkSample, StakeholderPanel, JudgementTest, Portfolio}
	weak := []Method{UnstructuredInterview, PersonalStatement, References, PersonalityTest}
	var w []string
	for _, e := range c.Exercises {
		switch {
		case slices.Contains(weak, e.Method):
			w = append(w, fmt.Sprintf("Exercise %s scores by %s. Evidence does not support it as a measure of values (Patterson et al. 2016). Use it to inform, not to score.", e.Code, methodWords(e.Method)))
		case !slices.Contains(supported, e.Method):
			w = append(w, fmt.Sprintf("Exercise %s: the method %q is not one the evidence reviews name. Structured interviews, mini-interviews, simulations and situational judgement tests are supported.", e.Code, e.Method))
		}
	}
	return w
}

// roundTable is the number of members who mark one exercise above which they
// will hardly all see every candidate. (Members with fewer exercises than others
// see the same ones of every candidate: that makes no difference.)
const roundTable = 12

// ruleWarnings hold the rule adjusted to where it chooses better than the mean:
// where candidates meet different raters (statistics §4).
func (c Campaign) ruleWarnings() []string {
	most := 0
	for _, e := range c.Of(StageAssessment).Exercises {
		marking := 0
		for _, m := range c.Panel {
			if m.Marks(e.Code) {
				marking++
			}
		}
		most = max(most, marking)
	}
	switch {
	case c.Rank.Rule == Adjusted && most <= roundTable:
		return []string{"The rule is adjusted. In a panel that marks every candidate together it chooses no better than the mean there, and the panel's own marks are easier to explain."}
	case c.Rank.Rule == PanelMean && most > roundTable:
		return []string{fmt.Sprintf("%d members mark one exercise, so candidates will meet different members. There the rule adjusted chooses better than the mean: declare it before scoring.", most)}
	}
	return nil
}

// Lock is what is frozen when scoring opens. Each hash is SHA-256 in hex.
type Lock struct {
	Framework string `json:"framework_sha256"`
	Plan      string `json:"plan_sha256"` // blueprint, weights, gates, tie chain, psychometric use: Campaign without its panel
}

// Locked computes the hashes of a framework and a plan.
func (c Campaign) Locked(f frameworks.Framework) Lock {
	return Lock{Framework: f.Hash(), Plan: c.planHash()}
}

// planHash leaves the panel out: a member may have to be replaced on the day,
// and that is recorded elsewhere. Everything else is the plan.
func (c Campaign) planHash() string {
	plan := c.WithDefaults()
	plan.Panel = nil
	sum := sha256.Sum256(mustJSON(plan))
	return hex.EncodeToString(sum[:])
}

// mustJSON encodes values that always encode: structs of ours that passed
// validation, so that no number is NaN.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("selection: %T does not encode: %v", v, err))
	}
	return b
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
