package frameworks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two versions of a framework.
type Change struct {
	Where    string // the code of the dimension or criterion concerned, else "framework" or "scale"
	Sentence string // in words for a person
}

// Diff tells, in the order of the newer framework, what a reader of the older
// one has to know. Dimensions and criteria are recognised by their codes, so a
// new code is a removal and an addition. The version number is not compared:
// for frameworks that Validate accepts, Diff is empty if and only if they have
// the same Hash once their versions are made equal.
func Diff(older, newer Framework) []Change {
	var d diff
	d.reworded("framework", "The code", older.Code, newer.Code)
	d.reworded("framework", "The title", older.Title, newer.Title)
	d.reworded("framework", "The description", older.Description, newer.Description)
	d.reworded("framework", "The source", older.Source, newer.Source)
	d.scale(older.Scale, newer.Scale)
	d.removals(older, newer)
	for i := range newer.Dimensions {
		d.dimension(older, newer, i)
		d.criteria(older, newer, i)
	}
	d.reordered("framework", "The dimensions are in another order", dimensionCodes(older), dimensionCodes(newer))
	return d.changes
}

// diff collects changes; each method compares one kind of thing.
type diff struct{ changes []Change }

func (d *diff) note(where, format string, args ...any) {
	d.changes = append(d.changes, Change{Where: where, Sentence: fmt.Sprintf(format, args...)})
}

// reworded compares a text, "" meaning that there is none.
func (d *diff) reworded(where, what, was, now string) {
	switch {
	case was == now:
	case was == "":
		d.note(where, "%s was added: “%s”", what, now)
	case now == "":
		d.note(where, "%s was removed; it read “%s”", what, was)
	default:
		d.note(where, "%s now reads “%s”, was “%s”", what, now, was)
	}
}

func (d *diff) scale(was, now Scale) {
	if was.Min != now.Min || was.Max != now.Max || was.Step != now.Step {
		d.note("scale", "The scale is now %s, was %s", now, was)
	}
	d.anchors("scale", "The label", was.Labels, now.Labels)
}

// String describes the scale: 1–7 in steps of 1.
func (s Scale) String() string {
	if s.Step == 0 {
		return "any number in " + s.span()
	}
	return s.span() + " in steps of " + FormatScore(s.Step)
}

func (d *diff) anchors(where, what string, was, now Anchors) {
	for _, a := range was {
		if _, kept := now.At(a.Score); !kept {
			d.note(where, "%s for %s was removed; it read “%s”", what, FormatScore(a.Score), a.Text)
		}
	}
	for _, a := range now {
		earlier, _ := was.At(a.Score)
		d.reworded(where, what+" for "+FormatScore(a.Score), earlier, a.Text)
	}
}

// removals tells which dimensions and criteria are gone.
func (d *diff) removals(older, newer Framework) {
	for i, was := range older.Dimensions {
		if !slices.ContainsFunc(newer.Dimensions, hasCode(was.Code)) {
			d.note(was.Code, "%s: %s removed; its weight was %s (%s of the whole)", was.Title, was.Kind, was.Weight, share(older, i))
		}
		for _, c := range was.Criteria {
			if _, dimension := newer.Criterion(c.Code); dimension < 0 {
				d.note(c.Code, "%s: criterion %s removed; it read “%s”", was.Title, c.Code, c.Statement)
			}
		}
	}
}

// dimension compares newer's dimension i with the one of its code, its criteria
// apart.
func (d *diff) dimension(older, newer Framework, i int) {
	now := newer.Dimensions[i]
	before := slices.IndexFunc(older.Dimensions, hasCode(now.Code))
	if before < 0 {
		d.note(now.Code, "%s: %s added with weight %s (%s of the whole)", now.Title, now.Kind, now.Weight, share(newer, i))
		return
	}
	was := older.Dimensions[before]
	if was.Kind != now.Kind {
		d.note(now.Code, "%s: now a %s, was a %s", now.Title, now.Kind, was.Kind)
	}
	if was.Title != now.Title {
		d.note(now.Code, "%s: renamed “%s”", was.Title, now.Title)
	}
	d.reworded(now.Code, now.Title+": the description", was.Description, now.Description)
	if was.Weight != now.Weight {
		d.note(now.Code, "%s: weight %s → %s (%s → %s of the whole)", now.Title, was.Weight, now.Weight, share(older, before), share(newer, i))
	}
	crossReferences := func(d Dimension) []string {
		var titles []string
		for _, code := range d.Constitution {
			titles = append(titles, constitutionTitle(code))
		}
		return titles
	}
	d.items(now.Code, now.Title+": NHS Constitution value", crossReferences(was), crossReferences(now))
}

// criteria compares the criteria of newer's dimension i, wherever they were.
func (d *diff) criteria(older, newer Framework, i int) {
	now := newer.Dimensions[i]
	before := slices.IndexFunc(older.Dimensions, hasCode(now.Code))
	for _, c := range now.Criteria {
		was, from := older.Criterion(c.Code)
		if from < 0 {
			d.note(c.Code, "%s: criterion %s added: “%s”", now.Title, c.Code, c.Statement)
			continue
		}
		if from != before {
			d.note(c.Code, "%s: moved from %s to %s", c.Code, older.Dimensions[from].Title, now.Title)
		}
		d.criterion(was, c)
	}
	if before >= 0 {
		d.reordered(now.Code, now.Title+": the criteria are in another order", criterionCodes(older.Dimensions[before]), criterionCodes(now))
	}
}

func (d *diff) criterion(was, now Criterion) {
	d.reworded(now.Code, now.Code+": the statement", was.Statement, now.Statement)
	d.anchors(now.Code, now.Code+": the anchor", was.Anchors, now.Anchors)
	d.items(now.Code, now.Code+": positive indicator", was.Positive, now.Positive)
	d.items(now.Code, now.Code+": negative indicator", was.Negative, now.Negative)
}

// items compares two lists of texts without repetitions.
func (d *diff) items(where, what string, was, now []string) {
	for _, item := range was {
		if !slices.Contains(now, item) {
			d.note(where, "%s removed: “%s”", what, item)
		}
	}
	for _, item := range now {
		if !slices.Contains(was, item) {
			d.note(where, "%s added: “%s”", what, item)
		}
	}
	d.reordered(where, what+"s are in another order", was, now)
}

// reordered looks at what both lists have: additions alone move nothing.
func (d *diff) reordered(where, what string, was, now []string) {
	was = slices.DeleteFunc(slices.Clone(was), func(item string) bool { return !slices.Contains(now, item) })
	now = slices.DeleteFunc(slices.Clone(now), func(item string) bool { return !slices.Contains(was, item) })
	if !slices.Equal(was, now) {
		d.note(where, "%s: %s", what, strings.Join(now, ", "))
	}
}

func hasCode(code string) func(Dimension) bool {
	return func(d Dimension) bool { return d.Code == code }
}

func dimensionCodes(f Framework) []string {
	var codes []string
	for _, d := range f.Dimensions {
		codes = append(codes, d.Code)
	}
	return codes
}

func criterionCodes(d Dimension) []string {
	var codes []string
	for _, c := range d.Criteria {
		codes = append(codes, c.Code)
	}
	return codes
}

// share prints a dimension's part of the whole weight: 28.6 %.
func share(f Framework, dimension int) string {
	percent := math.Round(1000*f.Weights()[dimension]) / 10
	return strconv.FormatFloat(percent, 'f', -1, 64) + " %"
}
