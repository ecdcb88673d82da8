package round

import (
	"context"
	"strconv"

	"appointable/internal/fault"
	"appointable/selection"
	"appointable/selection/fairness"
)

// The columns of counts.csv.
const (
	countCampaign = iota
	countCharacteristic
	countGroup
	countFocal
	countStage
	countEntered
	countPassed
	countPost
	countDecided
)

func countColumns() []column {
	return []column{
		{"campaign", true}, {"characteristic", true}, {"group", true}, {"focal", true}, {"stage", true}, {"entered", true}, {"passed", true},
		{"post", false}, {"decided_on", false},
	}
}

// ReadCounts reads a counts.csv, or the first sheet of a workbook: how many of
// each group entered each stage of each campaign and passed it. Focal is yes or
// no, or empty for a group that is compared with nobody, as one not stated (Z)
// or not known (99) is in any case. Without a column post they are all
// consultant posts. It returns the notices as Read does, Invalid with every
// mistake of the file (at most 1000), and ctx's error when the caller stops
// waiting.
func ReadCounts(ctx context.Context, path string) ([]fairness.Count, []string, error) {
	in, f := openAlone(path)
	var counts []fairness.Count
	if !f.unusable {
		whole, err := in.eachRow(ctx, f, countColumns(), func(t *table) { counts = append(counts, t.groupCount()) })
		if err != nil {
			return nil, nil, err
		}
		if whole && len(f.complaints) == 0 && len(counts) == 0 {
			f.complain(1, 0, "there is no count in it")
		}
		if wrong := fairness.CheckCounts(counts); wrong != nil {
			if err := in.placeIn(ctx, f, countColumns(), byRow(wrong)); err != nil {
				return nil, nil, err
			}
		}
	}
	if err := in.report("the file"); err != nil {
		return nil, in.allNotices(), err
	}
	return counts, in.allNotices(), nil
}

// byRow sorts the complaints of an error by the row that they are of.
func byRow(err error) map[int][]fault.Field {
	rows := map[int][]fault.Field{}
	for _, field := range fault.FieldsOf(err) {
		row := parsePath(field.Where).row
		rows[row] = append(rows[row], field)
	}
	return rows
}

func (t *table) groupCount() fairness.Count {
	c := fairness.Count{
		Campaign: t.code(countCampaign), Characteristic: t.code(countCharacteristic), Group: t.code(countGroup),
		Stage: fairness.Stage(t.code(countStage)), OtherPost: t.otherPost(), Decided: t.day(countDecided),
	}
	entered, ok := t.tally(countEntered)
	if passed, both := t.tally(countPassed); ok && both { // or nothing can be said of the two
		c.Entered, c.Passed = entered, passed
	}
	side, _ := t.cell(countFocal)
	if c.Side = fairness.Side(t.intern(side)); fairness.Unstated(c.Group) {
		c.Side = fairness.Apart
	}
	return c
}

// tally reads a whole number from 0 on.
func (t *table) tally(c int) (n int, ok bool) {
	text, ok := t.cell(c)
	n, err := strconv.Atoi(text)
	switch {
	case !ok:
		return 0, false
	case text == "":
		t.complain(c, "is empty; write a whole number, such as 0 or 12")
		return 0, false
	case err != nil || n < 0 || strconv.Itoa(n) != text:
		t.complain(c, "%s is not a count; write a whole number, such as 0 or 12", shown(text))
		return 0, false
	}
	return n, true
}

func (t *table) otherPost() bool {
	switch post, _ := t.cell(countPost); selection.PostType(post) {
	case "", selection.Consultant:
		return false
	case selection.SeniorDoctor, selection.MedicalLeadership:
		return true
	default:
		t.complain(countPost, "%s is not a kind of post; choose from %s, %s, %s", shown(post), selection.Consultant, selection.SeniorDoctor, selection.MedicalLeadership)
		return false
	}
}

func (t *table) day(c int) string {
	text, ok := t.cell(c)
	if !ok || text == "" {
		return ""
	}
	return t.intern(t.date(text))
}
