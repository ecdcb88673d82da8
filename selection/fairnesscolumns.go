package selection

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"appointable/selection/fairness"
)

// auditColumns are the inputs in the one order in which they are computed from
// and hashed. It depends on no code of a person, and not on the order of rows.
type auditColumns struct {
	reader     *answerReader
	campaigns  []AuditedCampaign // by code
	people     []auditedStages   // by campaign, answers and stages
	marked     []answerCodes     // by candidate of scores
	exercises  []string
	dimensions []string
	criteria   []string        // by cell of scores
	scores     fairness.Scores // without groups
	moderated  bool            // a mark was changed, or given, after it was submitted
}

// auditedStages is how far somebody came.
type auditedStages struct {
	campaign int32
	answers  answerCodes
	outcomes [6]outcome // by stage
}

func (a auditedStages) compare(b auditedStages) int {
	return cmp.Or(cmp.Compare(a.campaign, b.campaign), cmp.Compare(a.answers, b.answers), slices.Compare(a.outcomes[:], b.outcomes[:]))
}

func (in *FairnessInputs) columns() *auditColumns {
	c := &auditColumns{reader: newAnswerReader(), campaigns: slices.Clone(in.campaigns)}
	order := make([]int32, len(in.campaigns))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(in.campaigns[a].Code, in.campaigns[b].Code) })
	campaign := make([]int32, len(order)) // by number of the inputs
	for place, i := range order {
		c.campaigns[place] = in.campaigns[i]
		campaign[i] = int32(place)
	}
	c.people = make([]auditedStages, len(in.people))
	for i, p := range in.people {
		c.people[i] = auditedStages{campaign[p.campaign], c.reader.read(p.answers), p.outcomes}
	}
	slices.SortFunc(c.people, auditedStages.compare)
	c.addMarks(in, campaign)
	c.reader.known = nil // everybody's are read
	return c
}

// addMarks numbers raters by the first seat they hold, places by name, and
// people by what can be seen of them.
func (c *auditColumns) addMarks(in *FairnessInputs, campaign []int32) {
	cells := c.addPlaces(in.places)
	raters, count := ratersOf(in.seats, campaign)
	people := make([]markedColumns, len(in.marked))
	for i, p := range in.marked {
		people[i] = markedColumns{campaign: campaign[p.campaign], answers: c.reader.read(p.answers)}
	}
	for i, of := range in.byPerson(raters, cells) {
		people[i].marks = of
	}
	slices.SortFunc(people, markedColumns.compare)
	s := &c.scores
	s.Campaigns, s.Raters, s.Exercises, s.Dimensions = len(c.campaigns), count, len(c.exercises), len(c.dimensions)
	s.Candidate, s.Rater, s.Cell = make([]int32, 0, len(in.marks)), make([]int32, 0, len(in.marks)), make([]int32, 0, len(in.marks))
	s.Mark, s.Before = make([]float64, 0, len(in.marks)), make([]float64, 0, len(in.marks))
	if len(people) > 0 {
		first := c.campaigns[people[0].campaign]
		s.Low, s.High = first.Low, first.High
	}
	for i, p := range people {
		of := c.campaigns[p.campaign]
		s.Campaign, c.marked = append(s.Campaign, p.campaign), append(c.marked, p.answers)
		for _, m := range p.marks {
			s.Candidate = append(s.Candidate, int32(i))
			s.Rater, s.Cell = append(s.Rater, m.seat), append(s.Cell, m.place)
			s.Mark, s.Before = append(s.Mark, of.onScale(m.score, s.Low, s.High)), append(s.Before, of.onScale(m.submitted, s.Low, s.High))
			c.moderated = c.moderated || m.score != m.submitted
		}
	}
}

// byPerson gives each person's marks, by place and seat and in their numbers:
// the marks of one are few, so that to sort them takes no time.
func (in *FairnessInputs) byPerson(raters, cells []int32) [][]auditedMark {
	ends := make([]int, len(in.marked)+1)
	for i := range in.marks {
		ends[in.marks[i].person+1]++
	}
	for i := range in.marked {
		ends[i+1] += ends[i]
	}
	sorted, next := make([]auditedMark, len(in.marks)), slices.Clone(ends)
	for _, m := range in.marks {
		at := &next[m.person]
		m.seat, m.place = raters[m.seat], cells[m.place]
		sorted[*at] = m
		*at++
	}
	lists := make([][]auditedMark, len(in.marked))
	for i := range lists {
		lists[i] = sorted[ends[i]:ends[i+1]]
		slices.SortFunc(lists[i], func(a, b auditedMark) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.seat, b.seat)) })
	}
	return lists
}

// onScale brings a mark to the scale from low to high.
func (c AuditedCampaign) onScale(mark, low, high float64) float64 {
	if c.Low == low && c.High == high {
		return mark
	}
	return low + (mark-c.Low)/(c.High-c.Low)*(high-low)
}

// markedColumns is somebody whom marks are of.
type markedColumns struct {
	campaign int32
	answers  answerCodes
	marks    []auditedMark
}

func (a markedColumns) compare(b markedColumns) int {
	return cmp.Or(cmp.Compare(a.campaign, b.campaign), cmp.Compare(a.answers, b.answers), slices.CompareFunc(a.marks, b.marks, func(x, y auditedMark) int {
		return cmp.Or(cmp.Compare(x.place, y.place), cmp.Compare(x.seat, y.seat), cmp.Compare(x.score, y.score), cmp.Compare(x.submitted, y.submitted))
	}))
}

// addPlaces names exercises, dimensions and criteria, with their framework where
// there are several, and gives each place its cell.
func (c *auditColumns) addPlaces(places []auditedPlace) (cells []int32) {
	frameworks := map[string]bool{}
	for _, p := range places {
		frameworks[p.framework] = true
	}
	named := func(framework, code string) string {
		if len(frameworks) > 1 {
			return framework + ": " + code
		}
		return code
	}
	for _, p := range places {
		c.exercises = append(c.exercises, named(p.framework, p.exercise))
		c.dimensions = append(c.dimensions, named(p.framework, p.dimension))
	}
	c.exercises, c.dimensions = slices.Compact(slices.Sorted(slices.Values(c.exercises))), slices.Compact(slices.Sorted(slices.Values(c.dimensions)))
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return comparePlaces(places[a], places[b]) })
	cells = make([]int32, len(places))
	for cell, i := range order {
		p := places[i]
		exercise, _ := slices.BinarySearch(c.exercises, named(p.framework, p.exercise))
		dimension, _ := slices.BinarySearch(c.dimensions, named(p.framework, p.dimension))
		cells[i] = int32(cell)
		c.scores.Cells = append(c.scores.Cells, fairness.Cell{Criterion: cell, Dimension: dimension, Exercise: exercise})
		c.criteria = append(c.criteria, named(p.framework, p.criterion))
	}
	return cells
}

func comparePlaces(a, b auditedPlace) int {
	return cmp.Or(strings.Compare(a.framework, b.framework), strings.Compare(a.exercise, b.exercise), strings.Compare(a.dimension, b.dimension), strings.Compare(a.criterion, b.criterion))
}

// ratersOf gives each seat its rater: one for each assessor, whatever the code
// they stand under. Whoever holds two seats in a campaign is two there.
func ratersOf(seats []auditedSeat, campaign []int32) (raters []int32, count int) {
	order := make([]int, len(seats))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(campaign[seats[a].campaign], campaign[seats[b].campaign]), strings.Compare(seats[a].seat, seats[b].seat))
	})
	raters = make([]int32, len(seats))
	numbers := map[string]int32{}
	held := map[auditedSeat]bool{}
	for _, i := range order {
		s := seats[i]
		in := auditedSeat{campaign: s.campaign, assessor: s.assessor}
		n, known := numbers[s.assessor]
		if !known || s.assessor == "" || held[in] {
			n = int32(count)
			count++
		}
		if !known && s.assessor != "" {
			numbers[s.assessor] = n
		}
		held[in], raters[i] = true, n
	}
	return raters, count
}

// hash is taken over everything that the audit is computed from.
func (c *auditColumns) hash() string {
	sum := sha256.New()
	w := bufio.NewWriterSize(sum, 1<<16)
	line := []byte("fairness 1\n")
	for _, campaign := range c.campaigns {
		line = append(line, encoded(campaign)...)
	}
	line = append(line, encoded([][]string{c.exercises, c.dimensions, c.criteria})...)
	write(w, line)
	for _, p := range c.people {
		line = appendAnswers(strconv.AppendInt(line[:0], int64(p.campaign), 10), p.answers)
		for _, o := range p.outcomes {
			line = strconv.AppendUint(append(line, ' '), uint64(o), 10)
		}
		write(w, append(line, '\n'))
	}
	s := &c.scores
	mark := 0
	for i, answers := range c.marked {
		write(w, append(appendAnswers(strconv.AppendInt(line[:0], int64(s.Campaign[i]), 10), answers), '\n'))
		for ; mark < len(s.Mark) && int(s.Candidate[mark]) == i; mark++ {
			line = strconv.AppendInt(append(strconv.AppendInt(line[:0], int64(s.Rater[mark]), 10), ' '), int64(s.Cell[mark]), 10)
			line = strconv.AppendFloat(append(line, ' '), s.Mark[mark], 'g', -1, 64)
			line = strconv.AppendFloat(append(line, ' '), s.Before[mark], 'g', -1, 64)
			write(w, append(line, '\n'))
		}
	}
	_ = w.Flush()
	return hex.EncodeToString(sum.Sum(nil))
}

func appendAnswers(line []byte, answers answerCodes) []byte {
	for i := range len(answers) {
		line = strconv.AppendUint(append(line, ' '), uint64(answers[i]), 10)
	}
	return line
}

// write goes to a hash, which never fails.
func write(w io.Writer, b []byte) { _, _ = w.Write(b) }

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("selection: what was audited does not encode: " + err.Error()) // texts and booleans
	}
	return append(b, '\n')
}
