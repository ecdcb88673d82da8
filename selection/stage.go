package selection

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"appointable/internal/fault"
)

// Stage is the part of a campaign that an exercise belongs to. A sift is
// marked first, on what candidates sent in; whom it shortlists is assessed.
// Marks of the sift never enter the ranking.
type Stage string

// The stages.
const (
	StageSift       Stage = "sift"
	StageAssessment Stage = "assessment" // of an exercise that names none
)

// In is the stage of the exercise.
func (e Exercise) In() Stage { return cmp.Or(e.Stage, StageAssessment) }

// Sifts reports whether the plan has a sift.
func (c Campaign) Sifts() bool {
	return slices.ContainsFunc(c.Exercises, func(e Exercise) bool { return e.In() == StageSift })
}

// Of is the plan with the exercises of one stage alone.
func (c Campaign) Of(stage Stage) Campaign {
	var kept []Exercise
	for _, e := range c.Exercises {
		if e.In() == stage {
			kept = append(kept, e)
		}
	}
	c.Exercises = kept
	return c
}

// First is the stage that begins when scoring opens.
func (c Campaign) First() Stage {
	if c.Sifts() {
		return StageSift
	}
	return StageAssessment
}

// assessed is the round without its sift, which no ranking looks at.
func (r Round) assessed() Round {
	if !r.Campaign.Sifts() {
		return r
	}
	r.Campaign = r.Campaign.Of(StageAssessment)
	r.Ratings = slices.DeleteFunc(slices.Clone(r.Ratings), func(m Rating) bool {
		_, i := r.Campaign.Exercise(m.Exercise)
		return i < 0
	})
	return r
}

// Assessed reports whether the round has marks of its assessment, not of a
// sift alone.
func (r Round) Assessed() bool {
	plan := r.Campaign.Of(StageAssessment)
	return slices.ContainsFunc(r.Ratings, func(m Rating) bool {
		_, i := plan.Exercise(m.Exercise)
		return i >= 0
	})
}

func (c Campaign) validateStages(l *fault.List) {
	for i, e := range c.Exercises {
		if e.In() != StageSift && e.In() != StageAssessment {
			l.Add(fmt.Sprintf("exercises[%d].stage", i), "%q is not a stage; choose sift or assessment", e.Stage)
		}
	}
	if c.Sifts() && len(c.Of(StageAssessment).Exercises) == 0 {
		l.Add("exercises", "all of them are of the sift; a sift ranks nobody, so add an exercise of the assessment")
	}
}

func (c Campaign) stageWarnings() []string {
	if !c.Sifts() {
		return nil
	}
	w := []string{"The sift decides whom the panel sees and nothing else: its marks do not enter the ranking."}
	for _, e := range c.Of(StageSift).Exercises {
		if e.Method == PersonalStatement || e.Method == References {
			w = append(w, fmt.Sprintf("The sift scores by %s in %s. How candidates do in it does not predict how they work (Patterson et al. 2016). Sift on the evidence that the person specification asks for.", methodWords(e.Method), e.Code))
		}
	}
	return w
}

func methodWords(m Method) string { return strings.ReplaceAll(string(m), "-", " ") }

// SiftMean is how a candidate did in the sift, for whoever records the
// shortlist. It is no part of a ranking.
type SiftMean struct {
	Candidate   string   `json:"candidate"`
	Mean        *float64 `json:"mean"`         // of all marks that observed something; null where none did
	Low         *float64 `json:"low"`          // the lowest of them
	High        *float64 `json:"high"`         // the highest of them
	Marks       int      `json:"marks"`        // how many observed something
	NotObserved int      `json:"not_observed"` // how many say that they did not
}

// SiftMeans takes the marks of the sift together, in the order of the
// candidates. Marks set aside do not count.
func SiftMeans(candidates []Candidate, marks []Rating) []SiftMean {
	means, of := make([]SiftMean, len(candidates)), map[string]int{}
	for i, c := range candidates {
		means[i].Candidate, of[c.Code] = c.Code, i
	}
	sums := make([]float64, len(means))
	for _, m := range marks {
		i, known := of[m.Candidate]
		switch {
		case !known || m.Withdrawn:
		case !m.Observed:
			means[i].NotObserved++
		default:
			means[i].add(m.Score)
			sums[i] += m.Score
		}
	}
	for i := range means {
		if n := means[i].Marks; n > 0 {
			mean := sums[i] / float64(n)
			means[i].Mean = &mean
		}
	}
	return means
}

func (s *SiftMean) add(score float64) {
	if s.Marks == 0 || score < *s.Low {
		s.Low = &score
	}
	if s.Marks == 0 || score > *s.High {
		s.High = &score
	}
	s.Marks++
}

// Shortlisted is the panel's word on one candidate after the sift, recorded by
// the officer: the service proposes nobody.
type Shortlisted struct {
	Candidate   string `json:"candidate"`
	Shortlisted bool   `json:"shortlisted"`
	Reason      string `json:"reason"` // one line; needed for a no
}

// maxReason is one line.
const maxReason = 300

// CheckShortlist judges lines of the shortlist. It returns Invalid with every
// mistake: somebody who is not in the campaign, has withdrawn or is there
// twice, a no that contradicts how far they came or has no reason, a reason of
// more than one line.
func CheckShortlist(lines []Shortlisted, candidates []Candidate) error {
	var l fault.List
	seen, of := map[string]bool{}, map[string]Candidate{}
	for _, c := range candidates {
		of[c.Code] = c
	}
	for i, s := range lines {
		at := fmt.Sprintf("shortlist[%d]", i)
		candidate, known := of[s.Candidate]
		switch {
		case !known:
			l.Add(at+".candidate", "there is no candidate %q in this campaign", s.Candidate)
		case candidate.Withdrawn:
			l.Add(at+".candidate", "%s has withdrawn", s.Candidate)
		case seen[s.Candidate]:
			l.Add(at+".candidate", "%s is there twice", s.Candidate)
		default:
			candidate.Shortlisted = YesNo(s.Shortlisted)
			l.AddAll(at, candidate.Validate())
		}
		seen[s.Candidate] = true
		switch {
		case !s.Shortlisted && strings.TrimSpace(s.Reason) == "":
			l.Add(at+".reason", "say in one line why %s is not shortlisted", s.Candidate)
		case len([]rune(s.Reason)) > maxReason || strings.ContainsAny(s.Reason, "\n\r\x00"):
			l.Add(at+".reason", "is longer than one line of %d characters", maxReason)
		}
	}
	if len(lines) == 0 {
		l.Add("shortlist", "there is nobody in it")
	}
	return l.Err("the shortlist was not recorded")
}
