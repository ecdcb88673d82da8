package evidence_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"appointable/internal/evidence"
)

// TestByHand runs what docs/verify.md tells an expert to type, on a sound
// bundle and on altered ones: none of it is our program.
func TestByHand(t *testing.T) {
	for _, tool := range []string{"sh", "sha256sum", "jq", "xxd", "openssl", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not on this machine", tool)
		}
	}
	doc, err := os.ReadFile("../../docs/verify.md")
	check(t, err)
	var script strings.Builder
	for _, part := range strings.Split(string(doc), "```sh\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		script.WriteString(block)
	}
	if err := typed(t, script.String(), "", ""); err != nil {
		t.Errorf("a sound bundle does not pass: %v", err)
	}
	for file, old := range map[string]string{
		"sheets.json": "heard again", "SHA256SUMS": "sheets.json", "leaves.jsonl": "nonce", "export.json": "Northgate NHS", "leaf-hashes": "", "checkpoint": "\n", "checkpoints/": "",
	} {
		if typed(t, script.String(), file, old) == nil {
			t.Errorf("%s is altered, and passes", file)
		}
	}
}

// typed unpacks the bundle with one text of a file altered and runs a script.
func typed(t *testing.T, script, altered, old string) error {
	t.Helper()
	bundle, _ := formatOne(t)
	files, err := evidence.Unpack(bundle)
	check(t, err)
	public, err := os.ReadFile("testdata/format1.key")
	check(t, err)
	dir := t.TempDir()
	for name, content := range files {
		if altered != "" && strings.HasPrefix(name, altered) && (name == altered || strings.HasSuffix(altered, "/")) {
			content = []byte(strings.Replace(string(content), old, "x", 1))
		}
		path := filepath.Join(dir, name)
		check(t, os.MkdirAll(filepath.Dir(path), 0o700))
		check(t, os.WriteFile(path, content, 0o600))
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "KEY="+strings.TrimSpace(string(public)))
	out, err := cmd.CombinedOutput()
	if err != nil && altered == "" {
		t.Logf("%s", out)
	}
	return err
}
