package frameworks

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNewCode(t *testing.T) {
	for _, test := range []struct{ within, text, want string }{
		{"safety", "Speaks up early, and says what worries them", "safety.speaks-up-early"},
		{"", "Leading a service", "leading-service"},
		{"", "Respect for the patients' time", "respect-patients-time"},
		{"safety", "It is", "safety.it-is"},
		{"safety", "Ça!", "safety.a"},
		{"", "患者", "item"},
	} {
		if got := NewCode(test.within, test.text, func(string) bool { return false }); got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
	taken := []string{"safety.owns-errors", "safety.owns-errors-2"}
	if got := NewCode("safety", "Owns errors", func(code string) bool { return slices.Contains(taken, code) }); got != "safety.owns-errors-3" {
		t.Error(got)
	}
}

// TestANewCodeIsOne whatever people write.
func TestANewCodeIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		within := rapid.SampledFrom([]string{"", "safety", strings.Repeat("a", maxCode)}).Draw(t, "within")
		code := NewCode(within, rapid.String().Draw(t, "text"), func(string) bool { return false })
		if !codePattern.MatchString(code) || len(code) > maxCode {
			t.Fatalf("%q is no code", code)
		}
	})
}
