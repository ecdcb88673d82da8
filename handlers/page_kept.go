package handlers

import (
	"maps"
	"net/http"
	"slices"
)

// keptPage is the answer to a form that was sent when its session had ended.
// What was typed is on it; it is sent on once its writer has signed in again, in
// another tab. Nothing is stored meanwhile, in the browser or here.
type keptPage struct {
	layout
	Here   string
	Kept   []keptField
	SignIn string
}

func (keptPage) template() string { return "kept" }

// keepTyped reports whether there was anything to keep, and then shows it.
func (p *pages) keepTyped(c *call) (kept bool, err error) {
	if c == nil || c.route.public || c.Request().Method != http.MethodPost { // a public form may hold a password
		return false, nil
	}
	_, _ = c.form() // what cannot be read cannot be kept
	fields := keptFields(c)
	if len(fields) == 0 {
		return false, nil
	}
	shown := keptPage{layout: p.layout(c, "Sign in to go on"), Here: c.Request().URL.RequestURI(), Kept: fields, SignIn: c.address("sign-in")}
	return true, p.show(c, http.StatusUnauthorized, shown)
}

// keptFields are those that the form has sent, but for the password.
func keptFields(c *call) []keptField {
	var kept []keptField
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		for _, value := range c.fields[name] {
			if name != passwordField {
				kept = append(kept, keptField{name, value})
			}
		}
	}
	return kept
}
