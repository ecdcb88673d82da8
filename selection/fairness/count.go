package fairness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"appointable/internal/fault"
)

// Count is how many of one group entered a stage of one campaign and passed it.
type Count struct {
	Campaign       string
	Characteristic string // ethnicity, disability, sex, …
	Group          string
	Side           Side
	Stage          Stage
	Entered        int
	Passed         int    // from 0 to Entered
	OtherPost      bool   // not a consultant post: counted, but not in the consultant contribution
	Decided        string // the day of the campaign's decision, as 2025-06-30; "" where not known
}

// Side says on which side of a comparison a group stands.
type Side string

// The sides, as counts.csv has them in its column focal.
const (
	Focal     Side = "yes"
	Reference Side = "no"
	Apart     Side = "" // not stated or not known: counted, and in no ratio
)

// Stage is a step that candidates pass or do not, by the name of those who have
// passed it.
type Stage string

// The stages. Who enters one was known to have passed the last known before,
// save for Appointed, which leads from the shortlist to the accepted offer, as
// the NHS indicators count.
const (
	Shortlisted Stage = "shortlisted"
	Interviewed Stage = "interviewed"
	Appointable Stage = "appointable"
	Offered     Stage = "offered"
	Accepted    Stage = "accepted"
	Appointed   Stage = "appointed"
)

// Stages lists them in their order.
func Stages() []Stage {
	return []Stage{Shortlisted, Interviewed, Appointable, Offered, Accepted, Appointed}
}

// Competes says that candidates compete here for a number of posts: one's
// success is another's failure, so that no test of separate candidates is right
// over many campaigns. Inference is then by Pool alone.
func (s Stage) Competes() bool { return s == Offered || s == Appointed }

func (s Stage) order() int { return slices.Index(Stages(), s) }

// from says whom the stage counts.
func (s Stage) from() string {
	switch s {
	case Shortlisted:
		return "who applied"
	case Interviewed, Appointed:
		return "who were shortlisted"
	case Appointable:
		return "who were interviewed"
	case Offered:
		return "who could be offered a post"
	}
	return "who were offered a post"
}

// to says what those did who passed it.
func (s Stage) to() string {
	switch s {
	case Appointable:
		return "were found appointable"
	case Offered:
		return "were offered one"
	case Accepted:
		return "accepted it"
	}
	return "were " + string(s)
}

// CheckCounts returns an Invalid fault with every mistake, by place
// ("counts[3].passed"): a word not known, a number that cannot be, the same row
// twice, a group on both sides of a characteristic.
func CheckCounts(counts []Count) error {
	var l fault.List
	type row struct {
		campaign, characteristic, group string
		stage                           Stage
	}
	rows := make(map[row]bool, len(counts))
	sides := map[[2]string]Side{}
	campaigns := map[string]Count{}
	for i, c := range counts {
		at := func(column string) string { return fmt.Sprintf("counts[%d].%s", i, column) }
		c.check(&l, at)
		own := row{c.Campaign, c.Characteristic, c.Group, c.Stage}
		if rows[own] {
			l.Add(at("group"), "%s at %s in campaign %s is there twice; add the two rows up or take one out", c.Group, c.Stage, c.Campaign)
		}
		rows[own] = true
		group := [2]string{c.Characteristic, c.Group}
		if side, known := sides[group]; known && side != c.Side {
			l.Add(at("focal"), "%s is %s here and %s before; a group stands on one side throughout", c.Group, c.Side.words(), side.words())
		} else {
			sides[group] = c.Side
		}
		if first, known := campaigns[c.Campaign]; known && (first.Decided != c.Decided || first.OtherPost != c.OtherPost) {
			l.Add(at("campaign"), "campaign %s has another post or another day of decision here than before; a campaign has one", c.Campaign)
		} else {
			campaigns[c.Campaign] = c
		}
	}
	return l.Err("the counts have mistakes")
}

func (c Count) check(l *fault.List, at func(column string) string) {
	for _, named := range [][2]string{{"campaign", c.Campaign}, {"characteristic", c.Characteristic}, {"group", c.Group}} {
		if named[1] == "" {
			l.Add(at(named[0]), "is empty; every row needs its %s", named[0])
		}
	}
	if c.Stage.order() < 0 {
		l.Add(at("stage"), "%q is not a stage; choose from %s", c.Stage, stageNames())
	}
	if c.Side != Focal && c.Side != Reference && c.Side != Apart {
		l.Add(at("focal"), "%q is not an answer; write yes, no, or nothing for a group that is not compared", c.Side)
	}
	switch {
	case c.Entered < 0:
		l.Add(at("entered"), "%d cannot be; write how many entered the stage, 0 or more", c.Entered)
	case c.Passed < 0:
		l.Add(at("passed"), "%d cannot be; write how many passed the stage, 0 or more", c.Passed)
	case c.Passed > c.Entered:
		l.Add(at("passed"), "%d passed of %d who entered; no more can pass than enter", c.Passed, c.Entered)
	}
	if _, err := time.Parse(time.DateOnly, c.Decided); c.Decided != "" && err != nil {
		l.Add(at("decided_on"), "%q is not a day; write it as 2025-06-30", c.Decided)
	}
}

func (s Side) words() string {
	switch s {
	case Focal:
		return "focal"
	case Reference:
		return "reference"
	}
	return "compared with nobody"
}

func stageNames() string {
	var names []string
	for _, s := range Stages() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

// Unstated says that a group's name or code means that its characteristic is
// not stated or not known.
func Unstated(group string) bool {
	return slices.Contains([]string{"z", "99", "not stated", "not known"}, strings.ToLower(group))
}
