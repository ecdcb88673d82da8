package handlers

import (
	"os"
	"path/filepath"
	"testing"

	"appointable/selection/suppression"
)

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	nhs := suppression.NHS()
	for name, a := range map[string]page{
		"many":   sampleFairnessPage(sampleAudit(t, 40, &nhs)),
		"true":   sampleFairnessPage(sampleAudit(t, 8, nil)),
		"groups": sampleGroupsPage(sampleAudit(t, 40, &nhs), "religion"),
		"funnel": sampleGroupsPage(sampleAudit(t, 8, &nhs), "ethnicity"),
		"small":  sampleFairnessPage(sampleAudit(t, 1, &nhs)),
	} {
		d := render(t, a)
		t.Log(name, len(d.body))
		if err := os.WriteFile(filepath.Join(dir, name+".html"), d.body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
