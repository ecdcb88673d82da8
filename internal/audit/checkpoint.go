package audit

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/fault"
)

// Checkpoint says how long a log is and what is in it: C2SP tlog-checkpoint,
// signed as a C2SP signed note. Whoever keeps one can tell afterwards whether
// the log that they are shown still begins with the same leaves.
type Checkpoint struct {
	Origin string // which log: one a trust, and a new one after a restore
	Size   int64  // leaves
	Root   tlog.Hash
}

// FirstOrigin names the first log of a trust.
func FirstOrigin(installation, trust string) string { return installation + "/" + trust }

// NextOrigin names the log of this number, from 2, that follows one of this
// origin: the same with the number behind.
func NextOrigin(origin string, number int) string {
	parts := strings.SplitN(origin, "/", 3)
	return fmt.Sprintf("%s/%d", strings.Join(parts[:min(len(parts), 2)], "/"), number)
}

// LogNumber reads from an origin which of a trust's logs it names: 1 where it
// bears no number.
func LogNumber(origin string) int {
	parts := strings.Split(origin, "/")
	if len(parts) != 3 {
		return 1
	}
	number, err := strconv.Atoi(parts[2])
	if err != nil || number < 2 {
		return 1
	}
	return number
}

// text is what is signed: origin, size and root, a line each.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// Sign signs a checkpoint with every key of the log that is in use: two while
// one is being replaced by the next.
func (c Checkpoint) Sign(keys ...note.Signer) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: c.text()}, keys...)
	if err != nil {
		return nil, fmt.Errorf("audit: sign checkpoint: %w", err)
	}
	return signed, nil
}

// OpenCheckpoint reads a signed checkpoint. It returns Invalid where none of
// the trusted keys has signed it, where a signature of one of them is wrong, or
// where it is no checkpoint.
func OpenCheckpoint(signed []byte, trusted ...note.Verifier) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(trusted...))
	if err != nil {
		return Checkpoint{}, fault.New(fault.Invalid, "the checkpoint is not signed by a key that you trust: %s", strings.TrimPrefix(err.Error(), "note: "))
	}
	c, err := parseCheckpoint(n.Text)
	if err == nil && c.Origin != n.Sigs[0].Name {
		err = fault.New(fault.Invalid, "the checkpoint of the log %q is signed by the key of %q", c.Origin, n.Sigs[0].Name)
	}
	return c, err
}

// ReadCheckpoint reads a checkpoint without looking at its signatures: one's
// own, which was checked when it was stored. It returns Invalid where it is no
// checkpoint.
func ReadCheckpoint(signed []byte) (Checkpoint, error) {
	text, _, _ := strings.Cut(string(signed), "\n\n")
	return parseCheckpoint(text + "\n")
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.SplitN(text, "\n", 4)
	malformed := fault.New(fault.Invalid, "this is no checkpoint: it must have the log's name, its size and its root, a line each")
	if len(lines) != 4 || lines[0] == "" {
		return Checkpoint{}, malformed
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, malformed
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, malformed
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root)}
	if c.text() != text {
		return Checkpoint{}, malformed
	}
	return c, nil
}
