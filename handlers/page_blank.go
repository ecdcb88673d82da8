package handlers

import (
	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/selection"
)

// blankPage is an empty sheet of an exercise, to print: for the day when the
// network is down, and to see before the day what will be asked.
type blankPage struct {
	layout
	Sheet     sheetHead
	Parts     []dimensionForm
	ScaleFree string
	Scale     []scaleLabel
}

func (blankPage) template() string { return "blank" }

func (p *pages) blankSheet(c *call) (page, error) {
	campaign, err := p.db.Campaign(c.ctx(), c.who, c.param("campaign"))
	if err != nil {
		return nil, err
	}
	if _, at := campaign.Document.Exercise(c.param("exercise")); at < 0 {
		return nil, fault.New(fault.NotFound, "the plan of this campaign has no exercise %q", c.param("exercise"))
	}
	head := p.sheetHead(c, campaign, selection.Sheet{Exercise: c.param("exercise"), State: selection.SheetDraft})
	shown := blankPage{layout: p.layout(c, "Blank sheet: "+head.Exercise, link{head.Campaign, head.CampaignTo}), Sheet: head, Scale: scaleLabels(head.framework.Scale)}
	for _, d := range head.parts() {
		shown.Parts = append(shown.Parts, partForm(d, selection.Sheet{}, head.framework.Scale))
	}
	shown.ScaleFree = scaleFree(head.framework.Scale)
	return shown, nil
}

func scaleLabels(s frameworks.Scale) []scaleLabel {
	var labels []scaleLabel
	for _, l := range s.Labels {
		labels = append(labels, scaleLabel{frameworks.FormatScore(l.Score), l.Text})
	}
	return labels
}
