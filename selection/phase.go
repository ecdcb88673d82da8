package selection

import (
	"slices"
	"strings"
	"time"

	"appointable/frameworks"
	"appointable/internal/fault"
)

// Phase is where a campaign stands. It only ever moves forward.
//
//	draft ──OpenScoring──▶ scoring ──Reveal──▶ moderation ──CloseModeration──▶ deciding ──Decide──▶ decided
//
// A plan with a sift takes two phases more, between draft and scoring:
//
//	draft ──OpenScoring──▶ sift ──Reveal──▶ shortlisting ──LockShortlist──▶ scoring ──▶ …
//
// Deciding lies between closed moderation and the decision: composites and
// ranks are visible, and because they are, no mark can change any more.
type Phase string

// The phases.
const (
	Draft        Phase = "draft"
	Sift         Phase = "sift"         // the sift's sheets are marked
	Shortlisting Phase = "shortlisting" // the sift is revealed, and who is assessed is recorded
	Scoring      Phase = "scoring"      // the assessment's sheets are marked
	Moderation   Phase = "moderation"
	Deciding     Phase = "deciding"
	Decided      Phase = "decided"
)

// Words is the phase as the page says it.
func (p Phase) Words() string {
	switch p {
	case Draft:
		return "Draft"
	case Sift:
		return "Sift"
	case Shortlisting:
		return "Shortlisting"
	case Scoring:
		return "Scoring"
	case Moderation:
		return "Moderation"
	case Deciding:
		return "Ready to decide"
	case Decided:
		return "Decided"
	}
	return string(p)
}

// Marked is the stage whose sheets are marked in the phase; "" in every other.
func (p Phase) Marked() Stage {
	switch p {
	case Sift:
		return StageSift
	case Scoring:
		return StageAssessment
	}
	return ""
}

// Progress is a campaign's phase and how it got there. Times are UTC.
type Progress struct {
	Phase            Phase      `json:"phase"`
	Lock             *Lock      `json:"lock,omitempty"` // from scoring on
	OpenedAt         *time.Time `json:"opened_at,omitempty"`
	SiftRevealedAt   *time.Time `json:"sift_revealed_at,omitempty"`
	SiftRevealReason string     `json:"sift_reveal_reason,omitempty"` // why the chair closed the sift with sheets missing
	ShortlistedAt    *time.Time `json:"shortlisted_at,omitempty"`     // when the shortlist was locked
	RevealedAt       *time.Time `json:"revealed_at,omitempty"`
	RevealReason     string     `json:"reveal_reason,omitempty"` // why the chair closed scoring with sheets missing
	ModeratedAt      *time.Time `json:"moderated_at,omitempty"`
	DecidedAt        *time.Time `json:"decided_at,omitempty"`
	ImportedFromHash string     `json:"imported_from_sha256,omitempty"` // the round it was imported from, already scored
}

// Revealed reports whether the panel's marks of the assessment may be seen by
// the whole panel.
func (p Progress) Revealed() bool {
	return slices.Contains([]Phase{Moderation, Deciding, Decided}, p.Phase)
}

// SiftRevealed reports whether the marks of the sift may be seen by the whole
// panel. False where there is no sift.
func (p Progress) SiftRevealed() bool { return p.SiftRevealedAt != nil }

// Ranked reports whether composites and ranks may be seen.
func (p Progress) Ranked() bool { return p.Phase == Deciding || p.Phase == Decided }

func (p Progress) require(phase Phase, what string) error {
	if p.Phase == phase {
		return nil
	}
	return fault.New(fault.Conflict, "the campaign is in the phase %s; %s is possible in %s only", p.Phase, what, phase)
}

// OpenScoring freezes the plan, and begins its sift where it has one, else its
// assessment: framework, blueprint, weights, gates and tie
// chain are locked and hashed before the first mark. It returns Conflict when
// the campaign is not a draft or the framework is not published, and Invalid
// when the plan has mistakes or nobody could have a composite.
func (p Progress) OpenScoring(now time.Time, c Campaign, f frameworks.Framework, status frameworks.Status, candidates []Candidate) (Progress, error) {
	if err := p.require(Draft, "opening scoring"); err != nil {
		return p, err
	}
	if status != frameworks.Published {
		return p, fault.New(fault.Conflict, "the framework %s version %d is %s; publish it before scoring opens", f.Code, f.Version, status)
	}
	var l fault.List
	l.AddAll("", c.Validate(f))
	for _, d := range f.Dimensions {
		if len(c.Of(StageAssessment).methodsFor(d)) == 0 {
			l.Add("exercises", "no exercise assesses %s, so no candidate could have a composite", d.Code)
		}
	}
	if c.ChairRater() == "" {
		l.Add("panel", "nobody is marked as chair; mark one member with chair: true")
	}
	if missing := c.MissingCore(); c.Post.Type == Consultant && c.Committee.Model == Statutory && len(missing) > 0 {
		l.Add("panel", "a statutory committee may not proceed without: %s", joinWords(missing))
	}
	if len(Seen(candidates)) == 0 {
		l.Add("candidates", "there is nobody to see; add candidates before scoring opens")
	}
	if err := l.Err("scoring cannot open yet"); err != nil {
		return p, err
	}
	lock := c.Locked(f)
	p.Phase, p.Lock, p.OpenedAt = Scoring, &lock, &now
	if c.Sifts() {
		p.Phase = Sift
	}
	return p, nil
}

func joinWords(roles []PanelRole) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = r.Words()
	}
	return strings.Join(words, ", ")
}

// Seen lists the candidates whom the panel is to see: not withdrawn, and
// neither known not to be shortlisted nor known not to be interviewed.
func Seen(candidates []Candidate) []Candidate {
	var seen []Candidate
	for _, c := range candidates {
		if !c.Withdrawn && c.Shortlisted != No && c.Interviewed != No {
			seen = append(seen, c)
		}
	}
	return seen
}

// Reveal ends the scoring of a stage. With required sheets missing the chair
// must give a reason; it is kept. It returns Conflict outside scoring, Invalid
// without the reason.
func (p Progress) Reveal(now time.Time, missing int, reason string) (Progress, error) {
	if p.Phase != Sift {
		if err := p.require(Scoring, "closing scoring"); err != nil {
			return p, err
		}
	}
	var l fault.List
	reason = strings.TrimSpace(reason)
	switch {
	case reason != "":
		checkText(&l, "reason", reason)
	case missing > 0:
		l.Add("reason", "not all required sheets are submitted; say why scoring closes without them")
	}
	if err := l.Err("scoring was not closed"); err != nil {
		return p, err
	}
	if p.Phase == Sift {
		p.Phase, p.SiftRevealedAt, p.SiftRevealReason = Shortlisting, &now, reason
		return p, nil
	}
	p.Phase, p.RevealedAt, p.RevealReason = Moderation, &now, reason
	return p, nil
}

// LockShortlist fixes who is assessed, and begins that. It returns Conflict
// outside shortlisting, Invalid where somebody who has not withdrawn is neither
// shortlisted nor not, or nobody is.
func (p Progress) LockShortlist(now time.Time, candidates []Candidate) (Progress, error) {
	if err := p.require(Shortlisting, "locking the shortlist"); err != nil {
		return p, err
	}
	var l fault.List
	shortlisted := 0
	for _, c := range candidates {
		switch {
		case c.Withdrawn:
		case c.Shortlisted == NotKnown:
			l.Add("shortlist", "%s is neither shortlisted nor not; say which", c.Code)
		case c.Shortlisted == Yes:
			shortlisted++
		}
	}
	if shortlisted == 0 && len(l.Fields) == 0 {
		l.Add("shortlist", "nobody is shortlisted, so there is nobody to assess")
	}
	if err := l.Err("the shortlist was not locked"); err != nil {
		return p, err
	}
	p.Phase, p.ShortlistedAt = Scoring, &now
	return p, nil
}

// CloseModeration fixes the marks; composites and ranks appear.
func (p Progress) CloseModeration(now time.Time) (Progress, error) {
	if err := p.require(Moderation, "closing moderation"); err != nil {
		return p, err
	}
	p.Phase, p.ModeratedAt = Deciding, &now
	return p, nil
}

// Decide records that the decision was made.
func (p Progress) Decide(now time.Time) (Progress, error) {
	if err := p.require(Deciding, "recording the decision"); err != nil {
		return p, err
	}
	p.Phase, p.DecidedAt = Decided, &now
	return p, nil
}

// Imported is the progress of a round that was scored elsewhere: its marks are
// final as they stand, and nobody here moderates what they did not see.
func Imported(now time.Time, r Round) Progress {
	lock := r.Campaign.Locked(r.Framework)
	p := Progress{Phase: Deciding, Lock: &lock, OpenedAt: &now, RevealedAt: &now, ModeratedAt: &now, ImportedFromHash: r.Hash()}
	if r.Campaign.Sifts() {
		p.SiftRevealedAt, p.ShortlistedAt = &now, &now
	}
	return p
}
