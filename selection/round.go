package selection

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"appointable/frameworks"
	"appointable/internal/fault"
)

// Round is everything a ranking is computed from: the framework, the campaign,
// the candidates, the final marks and the psychometric results. A folder of
// files and a campaign in the database both become a Round, and from there on
// there is one way.
type Round struct {
	Framework     frameworks.Framework
	Campaign      Campaign
	Candidates    []Candidate
	Ratings       []Rating
	Psychometrics []PsychometricResult
	Prior         json.RawMessage // pooled variance components; nil where there are none
}

// Rating is one final mark: what a rater gave a candidate on a criterion in an
// exercise, after moderation.
type Rating struct {
	Candidate string
	Rater     string
	Exercise  string
	Criterion string
	Observed  bool    // false: not observed, which is not zero
	Score     float64 // 0 where not observed
	Evidence  string
	Withdrawn bool       // set aside for a declared interest: kept, not counted
	Revisions []Revision // what it was before moderation, oldest first
}

// mistakesShown bounds how many complaints one reading reports: past it a
// file is wrong as a whole.
const mistakesShown = 1000

// Validate checks a round as a whole. Paths are "framework.…", "campaign.…",
// "candidates[i].column", "ratings[i].column", "psychometrics[i].column" with
// the columns of the round's files; "prior.json: key" for the prior.
func (r Round) Validate() error {
	var l fault.List
	l.AddAll("framework", r.Framework.Validate())
	l.AddAll("campaign", r.Campaign.Validate(r.Framework))
	if len(l.Fields) > 0 {
		return l.Err("the round has mistakes") // marks cannot be judged against a broken plan
	}
	candidates := r.validateCandidates(&l)
	r.validateRatings(&l, candidates)
	r.validateResults(&l, candidates)
	if r.Prior != nil {
		_, _, err := readPrior(r.Prior, r.Framework)
		l.AddAll("", err)
	}
	if more := len(l.Fields) - mistakesShown; more > 0 {
		l.Fields = l.Fields[:mistakesShown]
		return l.Err("the round has mistakes; the first %d are listed, %d more are not", mistakesShown, more)
	}
	return l.Err("the round has mistakes")
}

// validateCandidates returns the number of each code.
func (r Round) validateCandidates(l *fault.List) map[string]int32 {
	known := make(map[string]int32, len(r.Candidates))
	for i, c := range r.Candidates {
		at := fmt.Sprintf("candidates[%d]", i)
		l.AddAll(at, c.Validate())
		if _, twice := known[c.Code]; twice {
			l.Add(at+".candidate", "%s is there twice", c.Code)
		}
		known[c.Code] = int32(i)
	}
	if len(r.Candidates) == 0 {
		l.Add("candidates", "there is nobody in it")
	}
	return known
}

func (r Round) validateRatings(l *fault.List, candidates map[string]int32) {
	raters := make(map[string]int32, len(r.Campaign.Panel))
	for i, m := range r.Campaign.Panel {
		raters[m.Rater] = int32(i)
	}
	blueprint, cells := map[string]map[string]int32{}, int32(0)
	for _, e := range r.Campaign.Exercises {
		blueprint[e.Code] = map[string]int32{}
		for _, criterion := range e.Criteria {
			blueprint[e.Code][criterion] = cells
			cells++
		}
	}
	marks := markNumbers{raters: uint64(len(raters)), cells: uint64(cells), of: make([]uint64, len(r.Ratings))}
	for i := range r.Ratings {
		m := &r.Ratings[i]
		// Building the place is dear at a million rows: only for a complaint.
		wrong := func(column, format string, args ...any) {
			l.Add(fmt.Sprintf("ratings[%d].%s", i, column), format, args...)
		}
		candidate, listed := candidates[m.Candidate]
		if !listed {
			wrong("candidate", "%q is not in the list of candidates", m.Candidate)
		}
		rater, onPanel := raters[m.Rater]
		if !onPanel {
			wrong("rater", "%q is not on the panel", m.Rater)
		}
		criteria, held := blueprint[m.Exercise]
		cell, marked := criteria[m.Criterion]
		if !held {
			wrong("exercise", "the campaign has no exercise %q", m.Exercise)
		} else if !marked {
			wrong("criterion", "%q is not marked in %s", m.Criterion, m.Exercise)
		}
		if m.Observed {
			if err := r.Framework.Scale.Allows(m.Score); err != nil {
				wrong("score", "%s", err)
			}
		}
		if listed && onPanel && marked {
			marks.set(i, candidate, rater, cell)
		}
		if len(m.Evidence) > maxText && len([]rune(m.Evidence)) > maxText {
			wrong("evidence", "is longer than %d characters", maxText)
		}
	}
	for _, i := range marks.again() {
		m := r.Ratings[i]
		l.Add(fmt.Sprintf("ratings[%d].criterion", i), "%s has marked %s on %s in %s before", m.Rater, m.Candidate, m.Criterion, m.Exercise)
	}
}

// markNumbers says which mark each row is by one number, 0 where that is not
// known. Sorted, they tell which is there twice; in a map, a million of them
// would take more memory than the model does.
type markNumbers struct {
	raters, cells uint64
	of            []uint64
}

func (n markNumbers) set(row int, candidate, rater, cell int32) {
	n.of[row] = 1 + (uint64(candidate)*n.raters+uint64(rater))*n.cells + uint64(cell)
}

// again lists the rows whose mark an earlier row has.
func (n markNumbers) again() []int {
	sorted := slices.Clone(n.of)
	slices.Sort(sorted)
	seen := map[uint64]bool{} // those there twice; true once the first was met
	for i := 1; i < len(sorted); i++ {
		if sorted[i] != 0 && sorted[i] == sorted[i-1] {
			seen[sorted[i]] = false
		}
	}
	var rows []int
	for i, number := range n.of {
		met, twice := seen[number]
		if twice && met {
			rows = append(rows, i)
		}
		if twice {
			seen[number] = true
		}
	}
	return rows
}

func (r Round) validateResults(l *fault.List, candidates map[string]int32) {
	type key struct{ candidate, instrument, scale string }
	seen := map[key]bool{}
	for i, p := range r.Psychometrics {
		at := fmt.Sprintf("psychometrics[%d]", i)
		if _, listed := candidates[p.Candidate]; !listed {
			l.Add(at+".candidate", "%q is not in the list of candidates", p.Candidate)
		}
		l.AddAll(at, r.Campaign.ValidateResult(p))
		k := key{p.Candidate, p.Instrument, p.Scale}
		if seen[k] {
			l.Add(at+".scale", "%s has a result for %s %s before", p.Candidate, p.Instrument, p.Scale)
		}
		seen[k] = true
	}
}

// Canonical returns the round in the one order that its hash is taken over:
// everything sorted by code. Dimensions, exercises and the tie chain keep the
// order of the documents, which is part of their meaning.
func (r Round) Canonical() Round {
	r.Campaign = r.Campaign.WithDefaults()
	r.Campaign.Panel = slices.Clone(r.Campaign.Panel)
	slices.SortFunc(r.Campaign.Panel, func(a, b Member) int { return cmp.Compare(a.Rater, b.Rater) })
	r.Candidates = slices.Clone(r.Candidates)
	slices.SortFunc(r.Candidates, func(a, b Candidate) int { return cmp.Compare(a.Code, b.Code) })
	if !slices.IsSortedFunc(r.Ratings, CompareRatings) {
		r.Ratings = slices.Clone(r.Ratings)
		slices.SortFunc(r.Ratings, CompareRatings)
	}
	r.Psychometrics = slices.Clone(r.Psychometrics)
	slices.SortFunc(r.Psychometrics, func(a, b PsychometricResult) int {
		return cmp.Or(cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Instrument, b.Instrument), cmp.Compare(a.Scale, b.Scale))
	})
	return r
}

// CompareRatings orders ratings canonically: by candidate, exercise, criterion
// and rater.
func CompareRatings(a, b Rating) int {
	return cmp.Or(cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Exercise, b.Exercise),
		cmp.Compare(a.Criterion, b.Criterion), cmp.Compare(a.Rater, b.Rater))
}

// Hash is SHA-256 in hex over the canonical round, prior included: two rounds
// with the same hash rank the same. Each part is one line: framework and
// campaign as JSON, then candidates, ratings and results, then the prior. What
// followed from the ranking (findings, offers) is no input to it, and neither
// are notes and reasons: a decision, and the erasure of what is personal, leave
// the hash as it was.
func (r Round) Hash() string {
	r = r.Canonical()
	sum := sha256.New()
	w := bufio.NewWriterSize(sum, 1<<16)
	line := func(v any) { writeLine(w, mustJSON(v)) }
	line(r.Framework)
	line(r.Campaign)
	for _, c := range r.Candidates {
		c.Appointable, c.Offered, c.Accepted = NotKnown, NotKnown, NotKnown
		line(c)
	}
	var buf []byte
	for i := range r.Ratings {
		buf = appendRating(buf[:0], &r.Ratings[i])
		writeLine(w, buf)
	}
	for _, p := range r.Psychometrics {
		line(p)
	}
	if r.Prior != nil {
		var compact bytes.Buffer
		if err := json.Compact(&compact, r.Prior); err == nil {
			writeLine(w, compact.Bytes())
		}
	}
	_ = w.Flush() // a hash does not fail
	return hex.EncodeToString(sum.Sum(nil))
}

func writeLine(w io.Writer, b []byte) {
	_, _ = w.Write(b) // a hash does not fail
	_, _ = w.Write([]byte{'\n'})
}

// appendRating writes a rating as a JSON array; by hand, because a national
// round has more than a million.
func appendRating(b []byte, m *Rating) []byte {
	b = append(b, '[')
	for _, s := range []string{m.Candidate, m.Rater, m.Exercise, m.Criterion} {
		b = append(strconv.AppendQuote(b, s), ',')
	}
	if m.Observed {
		b = strconv.AppendFloat(b, m.Score, 'g', -1, 64)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, ',')
	b = strconv.AppendBool(b, m.Withdrawn)
	for _, r := range m.Revisions {
		b = append(b, ',')
		if r.Score == nil {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendFloat(b, *r.Score, 'g', -1, 64)
		}
		b = strconv.AppendBool(append(b, ','), r.NotObserved)
	}
	return append(b, ']')
}
