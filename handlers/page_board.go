package handlers

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection"
)

// boardPage is the wash-up: for each candidate and dimension the marks of the
// panel, the widest apart first. Who gave which mark is not shown until
// somebody asks for it, so that the talk begins with what was seen and not with
// whose mark it was.
type boardPage struct {
	layout
	Campaign      campaignHead
	Named         bool // rater codes stand beside the marks
	Switch        link // to show or hide them
	Moderating    bool
	Own           bool // the asker has marks of their own on the page
	Views         []boardView
	Pairs         []boardPair
	Words         string // which of how many pairs
	Before, After string // addresses of those around
}

func (boardPage) template() string { return "board" }

// boardView is the board of one candidate, or of all.
type boardView struct {
	link
	Now bool
}

// boardPair is what the panel marked of a candidate on one dimension.
type boardPair struct {
	ID, Candidate, Dimension string
	Spread                   string
	Plot                     dotPlot
	Rows                     []boardRow
	Notes                    []boardNote
}

// boardRow is one behaviour in one exercise.
type boardRow struct {
	Number              int
	Statement, Exercise string
	Marks, Beside       string // beside: what was not observed, what was set aside
	Spread              string
	Own                 bool
	Revise              string // where the asker changes their own mark; "" they cannot
}

// boardNote is what somebody saw, and what a mark was before moderation.
type boardNote struct {
	Row            int
	Mark, By, Text string
	Before         []string
}

// boardBudget is how much of marks and notes one page holds, in bytes of its
// text: a ward's network loads it at once.
const boardBudget = 20_000

// candidatesLinked bounds the links to boards of single candidates.
const candidatesLinked = 100

// washUp is a board being made.
type washUp struct {
	campaign store.Campaign
	named    bool
	at       func(steps ...string) string // an address in the campaign
}

func (p *pages) showBoard(c *call) (page, error) {
	code := c.param("campaign")
	campaign, err := p.db.Campaign(c.ctx(), c.who, code)
	if err != nil {
		return nil, err
	}
	marks, err := p.db.Marks(c.ctx(), c.who, code)
	if err != nil {
		return nil, err
	}
	from, err := boardStart(c.QueryParam("from"))
	if err != nil {
		return nil, err
	}
	w := washUp{campaign: campaign, named: c.QueryParam("names") == "shown", at: func(steps ...string) string {
		return c.address(append([]string{"campaigns", code}, steps...)...)
	}}
	head := headOf(c, campaign)
	shown := boardPage{
		layout: p.layout(c, "Wash-up board", link{head.Title, head.To}), Campaign: head, Named: w.named,
		Moderating: campaign.Allows(access.ReviseMark), Own: campaign.Rater != "",
	}
	only := c.QueryParam("candidate")
	shown.Views = w.views(marks, only)
	w.fill(&shown, w.pairs(marks, only), only, from)
	return shown, nil
}

// boardStart reads from where the board goes on.
func boardStart(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, fault.New(fault.NotFound, "%.20q is no place on this board; it counts from 0", text)
	}
	return int(n), nil
}

// address is that of the board as it is asked for.
func (w washUp) address(only string, from int, named bool) string {
	query := url.Values{}
	if only != "" {
		query.Set("candidate", only)
	}
	if from > 0 {
		query.Set("from", strconv.Itoa(from))
	}
	if named {
		query.Set("names", "shown")
	}
	if len(query) == 0 {
		return w.at("board")
	}
	return w.at("board") + "?" + query.Encode()
}

// views are the boards there are: of everybody, and of each candidate.
func (w washUp) views(marks []selection.Rating, only string) []boardView {
	views := []boardView{{link{"All candidates", w.address("", 0, w.named)}, only == ""}}
	last := ""
	for _, m := range marks {
		if m.Candidate != last && len(views) <= candidatesLinked {
			views = append(views, boardView{link{m.Candidate, w.address(m.Candidate, 0, w.named)}, only == m.Candidate})
		}
		last = m.Candidate
	}
	return views
}

// fill puts on the page as many pairs as it holds.
func (w washUp) fill(shown *boardPage, pairs []markedPair, only string, from int) {
	from = min(from, len(pairs))
	to, size := from, 0
	for to < len(pairs) && (to == from || size+pairs[to].size() <= boardBudget) {
		size += pairs[to].size()
		shown.Pairs = append(shown.Pairs, w.show(pairs[to], to))
		to++
	}
	shown.Switch = link{"Show who gave which mark", w.address(only, from, true)}
	if w.named {
		shown.Switch = link{"Hide who gave which mark", w.address(only, from, false)}
	}
	if from > 0 {
		shown.Before = w.address(only, w.pageBefore(pairs, from), w.named)
	}
	if to < len(pairs) {
		shown.After = w.address(only, to, w.named)
	}
	if shown.Before != "" || shown.After != "" {
		shown.Words = strconv.Itoa(from+1) + " to " + strconv.Itoa(to) + " of " + strconv.Itoa(len(pairs))
	}
}

// pageBefore is where a page begins that ends before a pair.
func (w washUp) pageBefore(pairs []markedPair, end int) int {
	from, size := end, 0
	for from > 0 && (from == end || size+pairs[from-1].size() <= boardBudget) {
		from--
		size += pairs[from].size()
	}
	return from
}

// markedPair is a candidate and a dimension with their marks, a row for each
// behaviour in each exercise.
type markedPair struct {
	candidate string
	dimension frameworks.Dimension
	rows      []markedRow
}

type markedRow struct {
	criterion frameworks.Criterion
	exercise  string
	marks     []selection.Rating
}

// counted are the marks that stand: observed, and not set aside.
func (r markedRow) counted() []selection.Rating {
	return slices.DeleteFunc(slices.Clone(r.marks), func(m selection.Rating) bool { return !m.Observed || m.Withdrawn })
}

// spread is how far the marks of a behaviour are apart; 0 where there are fewer
// than two.
func (r markedRow) spread() float64 {
	marks := r.counted()
	if len(marks) < 2 {
		return 0
	}
	byScore := func(a, b selection.Rating) int { return cmp.Compare(a.Score, b.Score) }
	return slices.MaxFunc(marks, byScore).Score - slices.MinFunc(marks, byScore).Score
}

// spread is the widest of the pair's behaviours. Marks of different behaviours
// are not held against each other: those may well differ.
func (k markedPair) spread() float64 {
	widest := 0.0
	for _, r := range k.rows {
		widest = max(widest, r.spread())
	}
	return widest
}

func (k markedPair) size() int {
	n := 800
	for _, r := range k.rows {
		n += 300
		for _, m := range r.marks {
			n += 80
			if m.Evidence != "" {
				n += 100 + len(m.Evidence)
			}
		}
	}
	return n
}

// pairs are those of the candidates asked for, the widest apart first, then in
// the order of candidates and of the framework.
func (w washUp) pairs(marks []selection.Rating, only string) []markedPair {
	rows := map[string]map[string][]selection.Rating{} // by candidate, then by criterion
	var candidates []string
	for _, m := range marks {
		if only != "" && m.Candidate != only {
			continue
		}
		if rows[m.Candidate] == nil {
			rows[m.Candidate] = map[string][]selection.Rating{}
			candidates = append(candidates, m.Candidate)
		}
		rows[m.Candidate][m.Criterion] = append(rows[m.Candidate][m.Criterion], m)
	}
	var pairs []markedPair
	for _, candidate := range candidates {
		for _, d := range w.campaign.Framework.Document.Dimensions {
			pair := markedPair{candidate: candidate, dimension: d}
			for _, k := range d.Criteria {
				pair.rows = append(pair.rows, w.byExercise(k, rows[candidate][k.Code])...)
			}
			if len(pair.rows) > 0 {
				pairs = append(pairs, pair)
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b markedPair) int { return cmp.Compare(b.spread(), a.spread()) })
	return pairs
}

func (w washUp) byExercise(k frameworks.Criterion, marks []selection.Rating) []markedRow {
	var rows []markedRow
	for _, e := range w.campaign.Document.Exercises {
		here := slices.DeleteFunc(slices.Clone(marks), func(m selection.Rating) bool { return m.Exercise != e.Code })
		if len(here) > 0 {
			rows = append(rows, markedRow{criterion: k, exercise: e.Code, marks: here})
		}
	}
	return rows
}

// show says a pair. Without names marks stand in the order of their size, and
// notes too: the order of the raters would tell who is who.
func (w washUp) show(k markedPair, n int) boardPair {
	shown := boardPair{
		ID: "pair-" + strconv.Itoa(n), Candidate: k.candidate, Dimension: k.dimension.Title, Spread: apart(k.spread()),
	}
	for i, r := range k.rows {
		if !w.named {
			slices.SortFunc(r.marks, func(a, b selection.Rating) int {
				return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.Evidence, b.Evidence))
			})
		}
		shown.Rows = append(shown.Rows, w.row(k, r, i+1))
		shown.Notes = append(shown.Notes, w.notes(r, i+1)...)
	}
	shown.Plot = w.plot(k, shown)
	return shown
}

// apart is a spread in words.
func apart(spread float64) string {
	if spread == 0 {
		return "at one"
	}
	return frameworks.FormatScore(spread) + " apart"
}

func (w washUp) row(k markedPair, r markedRow, number int) boardRow {
	row := boardRow{
		Number: number, Statement: r.criterion.Statement, Exercise: exerciseTitle(w.campaign.Document, r.exercise),
		Spread: apart(r.spread()),
	}
	counted := r.counted()
	var words []string
	for _, m := range counted {
		word := frameworks.FormatScore(m.Score)
		if w.named {
			word = m.Rater + " " + word
		}
		words = append(words, word)
	}
	row.Marks = strings.Join(words, ", ")
	switch len(counted) {
	case 0:
		row.Marks, row.Spread = "No mark", none
	case 1:
		row.Spread = "one mark only"
	}
	row.Beside = w.beside(r)
	for _, m := range r.marks {
		if m.Rater == w.campaign.Rater && !m.Withdrawn {
			row.Own = true
			if w.campaign.Allows(access.ReviseMark) {
				row.Revise = w.at("sheets", k.candidate, r.exercise, "revise", r.criterion.Code)
			}
		}
	}
	return row
}

// beside tells of the answers that are no marks. Not observed is not zero.
func (w washUp) beside(r markedRow) string {
	var unseen, aside []string
	for _, m := range r.marks {
		switch {
		case m.Withdrawn:
			aside = append(aside, m.Rater)
		case !m.Observed:
			unseen = append(unseen, m.Rater)
		}
	}
	var words []string
	for _, group := range []struct {
		raters []string
		words  string
	}{{unseen, "not observed"}, {aside, "set aside for an interest"}} {
		switch {
		case len(group.raters) == 0:
		case w.named:
			words = append(words, listed(group.raters)+": "+group.words)
		default:
			words = append(words, strconv.Itoa(len(group.raters))+" "+group.words)
		}
	}
	return strings.Join(words, "; ")
}

func (w washUp) notes(r markedRow, number int) []boardNote {
	var notes []boardNote
	for _, m := range r.marks {
		if m.Evidence == "" && len(m.Revisions) == 0 {
			continue
		}
		note := boardNote{Row: number, Mark: ratingWords(m), Text: m.Evidence}
		if w.named {
			note.By = m.Rater
		}
		for _, v := range m.Revisions {
			before := "Before: " + markWords(v.Score, v.NotObserved)
			if v.Evidence != "" && v.Evidence != m.Evidence {
				before += " (“" + v.Evidence + "”)"
			}
			note.Before = append(note.Before, before+". Changed because: "+v.Reason)
		}
		notes = append(notes, note)
	}
	return notes
}

func ratingWords(m selection.Rating) string {
	words := "Not observed"
	if m.Observed {
		words = frameworks.FormatScore(m.Score)
	}
	if m.Withdrawn {
		words += ", set aside"
	}
	return words
}

// boardLink leads to the board from the campaign's page.
func boardLink(c *call, campaign store.Campaign) []link {
	if !campaign.Allows(access.ReadMarks) {
		return nil
	}
	return []link{{"Open the wash-up board", c.address("campaigns", campaign.Document.Code, "board")}}
}
