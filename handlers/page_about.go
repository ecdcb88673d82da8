package handlers

// The pages that say what the service is: how it is used, how accessible it is,
// and what becomes of what people type. They are open to everybody who knows
// the trust's address, also before they sign in.

type helpPage struct{ layout }

func (helpPage) template() string { return "help" }

type accessibilityPage struct{ layout }

func (accessibilityPage) template() string { return "accessibility" }

type privacyPage struct{ layout }

func (privacyPage) template() string { return "privacy" }

func (p *pages) showHelp(c *call) (page, error) {
	return helpPage{p.layout(c, "Help")}, nil
}

func (p *pages) showAccessibility(c *call) (page, error) {
	return accessibilityPage{p.layout(c, "Accessibility statement")}, nil
}

func (p *pages) showPrivacy(c *call) (page, error) {
	return privacyPage{p.layout(c, "Privacy")}, nil
}
