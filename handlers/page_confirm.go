package handlers

// confirmPage asks for the password once more, before what is hard to undo. It
// posts to where the form before it did, and brings all that was typed there.
type confirmPage struct {
	layout
	Here     string
	Kept     []keptField
	Problem  string
	Provider string // where the form posts to that leads to the identity provider; "" none
	Back     string // the page to come back to from there
}

func (confirmPage) template() string { return "confirm" }

// keptField is one that the form before has sent.
type keptField struct{ Name, Value string }

func (p *pages) askToConfirm(c *call, what problem) error {
	shown := confirmPage{layout: p.layout(c, "Confirm your password"), Here: c.Request().URL.RequestURI(), Kept: keptFields(c), Problem: fullStop(what.Detail), Provider: p.providerForm(c), Back: c.address("account") + "?done=confirmed"}
	if shown.Problem != "" {
		shown.Title = "Error: " + shown.Title
	}
	return p.show(c, what.Status, shown)
}
