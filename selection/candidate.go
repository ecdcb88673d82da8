package selection

import "appointable/internal/fault"

// Candidate is known by code only; name and contacts are kept elsewhere and no
// panel sees them here. The answers say how far the candidate came.
type Candidate struct {
	Code        string `json:"candidate"`
	Applied     Answer `json:"applied"`
	Shortlisted Answer `json:"shortlisted"`
	Interviewed Answer `json:"interviewed"`
	Appointable Answer `json:"appointable"` // the panel's finding
	Offered     Answer `json:"offered"`
	Accepted    Answer `json:"accepted"`
	Withdrawn   bool   `json:"withdrawn,omitempty"`
}

// Answer is yes, no or not known. Not known is not no.
type Answer string

// The answers.
const (
	NotKnown Answer = ""
	Yes      Answer = "yes"
	No       Answer = "no"
)

// YesNo makes an answer of what is known.
func YesNo(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// Valid reports whether the answer is one of the three.
func (a Answer) Valid() bool { return a == Yes || a == No || a == NotKnown }

// Validate checks one candidate; paths are field names as in candidates.csv.
func (c Candidate) Validate() error {
	var l fault.List
	checkCode(&l, "candidate", c.Code)
	answers := c.answers()
	for _, a := range answers {
		if !a.answer.Valid() {
			l.Add(a.column, "%q is not an answer; write yes, no or nothing", a.answer)
		}
	}
	var known namedAnswer // the latest before, for what is not known contradicts nothing
	for _, a := range answers {
		if a.answer == Yes && known.answer == No {
			l.Add(a.column, "%s cannot be %s without having been %s", c.Code, a.column, known.column)
		}
		if a.answer != NotKnown {
			known = a
		}
	}
	return l.Err("the candidate has mistakes")
}

type namedAnswer struct {
	column string
	answer Answer
}

// answers lists the funnel in its order.
func (c Candidate) answers() []namedAnswer {
	return []namedAnswer{
		{"applied", c.Applied}, {"shortlisted", c.Shortlisted}, {"interviewed", c.Interviewed},
		{"appointable", c.Appointable}, {"offered", c.Offered}, {"accepted", c.Accepted},
	}
}
