package handlers

import (
	"strings"

	"appointable/internal/store"
	"appointable/selection"
)

// contributionsView is what the adjusted composite is made of; its lines add
// up to its total.
type contributionsView struct {
	Candidate       string
	Baseline, Total string
	Lines           []contributionLine
}

type contributionLine struct{ Title, Points string }

func contributionsOf(place selection.Place, campaign store.Campaign) *contributionsView {
	if place.Adjusted == nil || place.Baseline == nil || len(place.Contributions) == 0 {
		return nil
	}
	v := contributionsView{Candidate: place.Candidate, Baseline: fourDecimals(*place.Baseline), Total: fourDecimals(place.Adjusted.Mean)}
	for _, c := range place.Contributions {
		title := c.Instrument + " " + c.Scale
		if c.Exercise != "" {
			title = exerciseTitle(campaign.Document, c.Exercise) + ", " + dimensionTitle(campaign.Framework.Document, c.Dimension)
		}
		v.Lines = append(v.Lines, contributionLine{Title: strings.TrimSpace(title), Points: signedDecimals(c.Points)})
	}
	return &v
}
