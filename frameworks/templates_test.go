package frameworks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
)

func TestTemplates(t *testing.T) {
	for _, template := range Templates() {
		t.Run(template.Code, func(t *testing.T) {
			if err := template.Publishable(); err != nil {
				t.Error(err)
			}
			for _, warning := range template.Warnings() {
				// A competency framework says itself that values are to be added.
				if template.Code != "medical-leadership" || !strings.HasPrefix(warning, "None of the dimensions is a value") {
					t.Error(warning)
				}
			}
			written, err := template.YAML()
			if err != nil {
				t.Fatal(err)
			}
			file, err := templateFiles.ReadFile("templates/" + template.Code + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(written), string(file)); diff != "" {
				t.Errorf("the file is not in canonical form:\n%s", diff)
			}
			checkRoundTrip(t, template)
			checkReadable(t, template)
		})
	}
}

// checkReadable holds the templates to what a panel member can take in: four
// behaviours with their anchors in a minute or two.
func checkReadable(t *testing.T, f Framework) {
	seen := map[string]string{}
	for _, d := range f.Dimensions {
		for _, c := range d.Criteria {
			if len(c.Anchors) != 3 {
				t.Errorf("%s has %d anchors, not 1, 4 and 7", c.Code, len(c.Anchors))
			}
			for _, a := range c.Anchors {
				if words := len(strings.Fields(a.Text)); words > 40 {
					t.Errorf("%s: the anchor for %g has %d words", c.Code, a.Score, words)
				}
				if other, twice := seen[a.Text]; twice {
					t.Errorf("%s and %s share an anchor", c.Code, other)
				}
				seen[a.Text] = c.Code
			}
			if len(c.Positive) < 2 || len(c.Negative) < 2 {
				t.Errorf("%s has too few indicators", c.Code)
			}
		}
	}
}

func TestTemplatesHoldWhatTheyPromise(t *testing.T) {
	uclh, err := Template("uclh-values")
	if err != nil {
		t.Fatal(err)
	}
	if len(uclh.Dimensions) != 4 {
		t.Errorf("%d values", len(uclh.Dimensions))
	}
	for _, d := range uclh.Dimensions {
		if len(d.Criteria) != 4 || d.Weight != Fixed(25) || d.Kind != Value {
			t.Errorf("%s: %d behaviours, weight %s, %s", d.Code, len(d.Criteria), d.Weight, d.Kind)
		}
	}
	constitution, err := Template("nhs-constitution")
	if err != nil {
		t.Fatal(err)
	}
	for i, value := range ConstitutionValues() {
		if d := constitution.Dimensions[i]; d.Code != value.Code || d.Title != value.Title || !cmp.Equal(d.Constitution, []string{value.Code}) {
			t.Errorf("%s stands for %s", d.Code, value.Code)
		}
	}
	if _, err := Template("nowhere"); !fault.Is(err, fault.NotFound) {
		t.Errorf("error %v is not NotFound", err)
	}
}
