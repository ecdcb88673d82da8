package handlers

import "strings"

// decisionView is what the panel decided, in its own words.
type decisionView struct {
	At            moment
	Appointed     string // "" nobody
	Reserves      string
	Findings      []findingView
	Departure     string
	Justification string
	Dissent       []dissentView
}

type findingView struct{ Candidate, Finding, Class, Reason string }

type dissentView struct{ Rater, Text string }

// decision is for campaigns that are decided; others have none.
func (p *pages) decision(c *call, code string) (*decisionView, error) {
	d, err := p.db.Decision(c.ctx(), c.who, code)
	if err != nil {
		return nil, err
	}
	v := &decisionView{
		At: p.moment(&d.At), Appointed: listed(d.Appointed), Reserves: strings.Join(d.Reserves, ", then "),
		Departure: d.Departure, Justification: d.Justification,
	}
	for _, f := range d.Findings {
		view := findingView{Candidate: f.Candidate, Finding: "Appointable", Class: "tag tag-good", Reason: f.Reason}
		if !f.Appointable {
			view.Finding, view.Class = "Not appointable", "tag tag-stop"
		}
		v.Findings = append(v.Findings, view)
	}
	for _, x := range d.Dissent {
		v.Dissent = append(v.Dissent, dissentView(x))
	}
	return v, nil
}
