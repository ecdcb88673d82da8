package selection

import (
	"math"

	"appointable/frameworks"
	"appointable/selection/monitoring"
)

// FairnessInputs are what a fairness audit is computed from: how far people
// came, and the marks, each beside what was answered of protected
// characteristics. Whether they come from files or from the vault, nobody is
// named, and whoever is in both lists cannot be matched by them. The zero value
// is empty.
type FairnessInputs struct {
	campaigns []AuditedCampaign
	people    []applicant    // everybody who applied
	marked    []markedPerson // those with marks, under numbers of their own
	marks     []auditedMark
	seats     []auditedSeat
	places    []auditedPlace

	seatAt  map[auditedSeat]int32
	placeAt map[auditedPlace]int32
}

// AuditedCampaign is a campaign as the audit needs it.
type AuditedCampaign struct {
	Code       string
	Post       PostType
	Decided    string            // the day of the decision, as 2025-06-30; "" where it is not known
	Undecided  bool              // the shortlist is locked, and nothing is known beyond it
	Framework  string            // its code
	Low, High  float64           // of the framework's scale
	Dimensions map[string]string // by criterion, the dimension that it shows
}

// AuditedPerson is somebody who applied.
type AuditedPerson struct {
	Campaign int // as AddCampaign gave it
	Answers  monitoring.Answers

	Applied, Shortlisted, Interviewed, Appointable, Offered, Accepted Answer
}

// AuditedMark is a mark that was observed.
type AuditedMark struct {
	Person    int    // as AddMarked gave it
	Seat      string // the rater's code in the campaign
	Assessor  string // the person in the seat, the same in every campaign; "" where only the seat is known
	Exercise  string
	Criterion string
	Score     float64 // as it stands
	Submitted float64 // as it was before moderation; NaN where it was not observed then
}

// applicant is an AuditedPerson in a third of the room.
type applicant struct {
	campaign int32
	answers  monitoring.Answers
	outcomes [6]outcome
}

type markedPerson struct {
	campaign int32
	answers  monitoring.Answers
}

type auditedMark struct {
	person, seat, place int32
	score, submitted    float64
}

type auditedSeat struct {
	campaign       int32
	seat, assessor string
}

// auditedPlace is a criterion as seen in an exercise. Frameworks that differ
// have nothing in common but words.
type auditedPlace struct{ framework, exercise, criterion, dimension string }

// CampaignOf is a campaign as the audit needs it, from its plan.
func CampaignOf(c Campaign, f frameworks.Framework) AuditedCampaign {
	a := AuditedCampaign{Code: c.Code, Post: c.Post.Type, Framework: f.Code, Low: f.Scale.Min, High: f.Scale.Max, Dimensions: map[string]string{}}
	for _, d := range f.Dimensions {
		for _, criterion := range d.Criteria {
			a.Dimensions[criterion.Code] = d.Code
		}
	}
	return a
}

// AddCampaign adds a campaign, each code once, and gives its number.
func (in *FairnessInputs) AddCampaign(c AuditedCampaign) int {
	in.campaigns = append(in.campaigns, c)
	return len(in.campaigns) - 1
}

// AddPerson adds somebody who applied.
func (in *FairnessInputs) AddPerson(p AuditedPerson) {
	in.people = append(in.people, applicant{int32(p.Campaign), p.Answers, p.outcomes()})
}

// AddMarked adds somebody whom marks are of, and gives their number.
func (in *FairnessInputs) AddMarked(campaign int, answers monitoring.Answers) int {
	in.marked = append(in.marked, markedPerson{int32(campaign), answers})
	return len(in.marked) - 1
}

// AddMark adds a mark. One of a criterion that the campaign's framework does
// not have is left out.
func (in *FairnessInputs) AddMark(m AuditedMark) {
	if in.seatAt == nil {
		in.seatAt, in.placeAt = map[auditedSeat]int32{}, map[auditedPlace]int32{}
	}
	campaign := in.marked[m.Person].campaign
	of := in.campaigns[campaign]
	dimension, known := of.Dimensions[m.Criterion]
	if !known {
		return
	}
	in.marks = append(in.marks, auditedMark{
		person:    int32(m.Person),
		seat:      numbered(in.seatAt, &in.seats, auditedSeat{campaign, m.Seat, m.Assessor}),
		place:     numbered(in.placeAt, &in.places, auditedPlace{of.Framework, m.Exercise, m.Criterion, dimension}),
		score:     m.Score,
		submitted: m.Submitted,
	})
}

// numbered gives each of a list's entries one number.
func numbered[T comparable](at map[T]int32, list *[]T, of T) int32 {
	i, known := at[of]
	if !known {
		i = int32(len(*list))
		at[of] = i
		*list = append(*list, of)
	}
	return i
}

// AddRound adds a round and what its candidates answered. It returns Invalid,
// at monitoring[0].candidate and so on, for a row about nobody in the round.
// Decided is the day of the decision, "" where it is not known. A rater's code
// stands for somebody else in another round.
func (in *FairnessInputs) AddRound(r Round, rows []monitoring.Row, decided string) error {
	r = r.assessed()
	answers, err := answersOf(r, rows)
	if err != nil {
		return err
	}
	campaign := CampaignOf(r.Campaign, r.Framework)
	campaign.Decided = decided
	n := in.AddCampaign(campaign)
	for _, c := range r.Candidates {
		in.AddPerson(AuditedPerson{n, monitoring.MakeAnswers(answers[c.Code]), c.Applied, c.Shortlisted, c.Interviewed, c.Appointable, c.Offered, c.Accepted})
	}
	people := map[string]int{}
	for i := range r.Ratings {
		m := &r.Ratings[i]
		if !m.Observed || m.Withdrawn {
			continue
		}
		person, known := people[m.Candidate]
		if !known {
			person = in.AddMarked(n, monitoring.MakeAnswers(answers[m.Candidate]))
			people[m.Candidate] = person
		}
		in.AddMark(AuditedMark{person, m.Rater, "", m.Exercise, m.Criterion, m.Score, m.asSubmitted()})
	}
	return nil
}

// asSubmitted is a mark as it was before moderation.
func (m *Rating) asSubmitted() float64 {
	switch {
	case len(m.Revisions) == 0:
		return m.Score
	case m.Revisions[0].Score == nil:
		return math.NaN()
	}
	return *m.Revisions[0].Score
}

// AnswersOf are the answers of somebody whom marks are of.
func (in *FairnessInputs) AnswersOf(person int) monitoring.Answers { return in.marked[person].answers }
