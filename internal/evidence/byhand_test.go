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
	for _, format := range []string{"format1", "format2"} {
		if err := typed(t, format, script.String(), "", ""); err != nil {
			t.Errorf("a sound bundle of %s does not pass: %v", format, err)
		}
	}
	for file, old := range map[string]string{"logs/1/leaf-hashes": "", "restart.json": "backup"} {
		if typed(t, "format2", strings.Replace(script.String(), "sha256sum -c", "sha256sum -c || true #", 1), file, old) == nil {
			t.Errorf("%s is altered, and passes", file)
		}
	}
	for file, old := range map[string]string{
		"sheets.json": "heard again", "SHA256SUMS": "sheets.json", "leaves.jsonl": "nonce", "export.json": "Northgate NHS", "leaf-hashes": "", "checkpoint": "\n", "checkpoints/": "",
	} {
		if typed(t, "format1", script.String(), file, old) == nil {
			t.Errorf("%s is altered, and passes", file)
		}
	}
}

// typed unpacks the bundle with one text of a file altered and runs a script.
func typed(t *testing.T, format, script, altered, old string) error {
	t.Helper()
	bundle, err := os.ReadFile("testdata/" + format + ".zip")
	check(t, err)
	files, err := evidence.Unpack(bundle)
	check(t, err)
	public, err := os.ReadFile("testdata/" + format + ".key")
	check(t, err)
	current, _, _ := strings.Cut(string(public), "\n")
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
	cmd.Env = append(os.Environ(), "KEY="+current)
	out, err := cmd.CombinedOutput()
	if err != nil && altered == "" {
		t.Logf("%s", out)
	}
	return err
}
