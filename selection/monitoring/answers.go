package monitoring

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"appointable/internal/fault"
)

// Row is what is entered of one candidate: the answer by characteristic. A
// characteristic that is not in it says nothing, and leaves what is stored.
type Row struct {
	Candidate string            `json:"candidate"`
	Answers   map[string]string `json:"answers"`
}

// Problem says in words what is wrong with an answer; "" nothing.
func Problem(characteristic, answer string) string {
	c, ok := Find(characteristic)
	switch {
	case !ok:
		return fmt.Sprintf("%.40q is no characteristic; known are %s", characteristic, strings.Join(codes(), ", "))
	case !slices.Contains(c.Codes(), answer):
		return fmt.Sprintf("%.40q is no answer to %s; permitted are %s", answer, c.Code, strings.Join(c.Codes(), ", "))
	}
	return ""
}

// Validate returns Invalid with every mistake, at monitoring[0].candidate,
// monitoring[0].ethnicity and so on: a candidate who is empty or there twice, a
// row without an answer, and what is no characteristic or no code of one.
func Validate(rows []Row) error {
	var l fault.List
	if len(rows) == 0 {
		l.Add("monitoring", "there is no row in it")
	}
	first := map[string]int{}
	for i, row := range rows {
		at, again := first[row.Candidate]
		switch {
		case row.Candidate == "":
			l.Add(place(i, "candidate"), "is empty; every row needs its candidate")
		case again:
			l.Add(place(i, "candidate"), "%q is there already, in row %d", row.Candidate, at+1)
		default:
			first[row.Candidate] = i
		}
		if len(row.Answers) == 0 {
			l.Add(place(i, "candidate"), "%q has no answer; leave the row out", row.Candidate)
		}
		row.validate(i, &l)
	}
	return l.Err("nothing was stored")
}

func (r Row) validate(i int, l *fault.List) {
	for _, code := range sorted(r.Answers) {
		if problem := Problem(code, r.Answers[code]); problem != "" {
			l.Add(place(i, code), "%s", problem)
		}
	}
}

// CandidatePlace is where a row names its candidate.
func CandidatePlace(row int) string { return place(row, "candidate") }

func place(row int, column string) string { return fmt.Sprintf("monitoring[%d].%s", row, column) }

func codes() []string {
	var list []string
	for _, c := range Catalogue() {
		list = append(list, c.Code)
	}
	return list
}

// sorted lists the characteristics in the order of the catalogue, what is none
// behind them.
func sorted(answers map[string]string) []string {
	known := codes()
	var list, others []string
	for _, code := range known {
		if _, ok := answers[code]; ok {
			list = append(list, code)
		}
	}
	for code := range answers {
		if !slices.Contains(known, code) {
			others = append(others, code)
		}
	}
	slices.Sort(others)
	return append(list, others...)
}

// Answers are somebody's answers as the vault gives them, in one text: an audit
// of a quarter of a million people keeps no map for each of them.
type Answers string

// MakeAnswers writes them down, by characteristic in the order of the alphabet.
func MakeAnswers(by map[string]string) Answers {
	var list []string
	for _, code := range slices.Sorted(maps.Keys(by)) {
		list = append(list, code+"="+by[code])
	}
	return Answers(strings.Join(list, " "))
}

// Of is the answer to one characteristic; "" where there is none.
func (a Answers) Of(characteristic string) string {
	for rest := string(a); rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, " ")
		if answer, ok := strings.CutPrefix(pair, characteristic+"="); ok {
			return answer
		}
	}
	return ""
}

// Declines says of a set of answers whether all of them decline to say.
func Declines(answers map[string]string) bool {
	for code, answer := range answers {
		if c, ok := Find(code); !ok || answer != c.Declined() {
			return false
		}
	}
	return len(answers) > 0
}
