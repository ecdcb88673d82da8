package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"appointable/internal/audit"
	"appointable/internal/evidence"
	"appointable/internal/fault"
)

// verifyFlags are what the auditor has from elsewhere than the bundle.
type verifyFlags struct {
	keys, checkpoints, receipts []string
	format                      string
}

func newVerify(term terminal) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify BUNDLE --key KEY",
		Short: "Check a bundle of evidence, without a database and without a network",
		Long: "Checks that nothing in a bundle was altered since it was signed, and that what it says is\n" +
			"what the log recorded. Take the key from a place that does not depend on the bundle. A\n" +
			"checkpoint that was kept from an earlier day shows more: that the owner of the service did\n" +
			"not write the log anew and sign it again. Exit status 0: sound; 1: not, or not to be read.",
		Args: exactly("BUNDLE"),
		RunE: func(_ *cobra.Command, args []string) error {
			trusted, err := f.trusted()
			if err != nil {
				return err
			}
			bundle, err := readBounded(args[0], evidence.MaxBundle)
			if err != nil {
				return err
			}
			report := evidence.Verify(bundle, trusted)
			if err := printReport(term, report, f); err != nil {
				return err
			}
			if !report.Sound {
				return fault.New(fault.Invalid, "%s is not sound", args[0])
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&f.keys, "key", nil, "public key of the log, or a file with keys, one a line; may be given again")
	cmd.Flags().StringArrayVar(&f.checkpoints, "checkpoint", nil, "file with a checkpoint that was kept from before: the log must begin with what it signs; may be given again")
	cmd.Flags().StringArrayVar(&f.receipts, "receipt", nil, "leaf hash of a receipt, 64 hexadecimal digits: it must be in the log; may be given again")
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
	return cmd
}

func (f verifyFlags) trusted() (evidence.Trusted, error) {
	var t evidence.Trusted
	if f.format != "table" && f.format != "json" {
		return t, usageError{fmt.Errorf("--format %s: choose table or json", f.format)}
	}
	if len(f.keys) == 0 {
		return t, usageError{fmt.Errorf("--key is missing; give the log's public key, from elsewhere than the bundle")}
	}
	for _, text := range f.keys {
		keys, err := verifierKeys(text)
		if err != nil {
			return t, err
		}
		t.Keys = append(t.Keys, keys...)
	}
	for _, path := range f.checkpoints {
		signed, err := readBounded(path, 1<<20)
		if err != nil {
			return t, err
		}
		t.Kept = append(t.Kept, evidence.Kept{Name: path, Note: signed})
	}
	for _, text := range f.receipts {
		hash, err := audit.ParseHexHash(strings.ToLower(strings.TrimSpace(text)))
		if err != nil {
			return t, err
		}
		t.Receipts = append(t.Receipts, hash)
	}
	return t, nil
}

// verifierKeys reads a key, or a file with keys.
func verifierKeys(text string) ([]note.Verifier, error) {
	key, notKey := audit.ParseVerifier(text)
	if notKey == nil {
		return []note.Verifier{key}, nil
	}
	content, err := readBounded(text, 1<<20)
	if err != nil {
		return nil, notKey
	}
	var keys []note.Verifier
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := audit.ParseVerifier(line)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s: %s", text, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// readBounded reads a file of at most so many bytes.
func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read: %s", path, err)
	}
	if int64(len(content)) > most {
		return nil, fault.New(fault.Invalid, "%s has more than %d MiB, which is as much as is looked at", path, most>>20)
	}
	return content, nil
}

func printReport(term terminal, r evidence.Report, f verifyFlags) error {
	if f.format == "json" {
		encoder := json.NewEncoder(term.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	p := printer{out: term.out, colour: term.colour}
	if r.About != nil {
		p.bundle(*r.About)
	}
	p.heading("What was checked")
	for _, c := range r.Checks {
		p.check(c)
	}
	p.receipts(r.Receipts)
	p.line("")
	p.heading(verdict(r))
	p.line("")
	p.heading("What this does not show")
	for _, limit := range r.Limits {
		p.line("  - %s", limit)
	}
	if len(f.checkpoints) == 0 {
		p.line("")
		p.line("No checkpoint was given. Keep the file checkpoint of this bundle: with it you can check any later one.")
	}
	return p.err
}

// legible is a text out of a bundle on one line: whoever made the bundle does
// not steer the terminal of whoever reads.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

func (p *printer) bundle(a evidence.About) {
	p.heading(legible(fmt.Sprintf("Evidence of %s, %s", a.Campaign, a.Trust)))
	p.line("exported %s, by the server's clock", a.Exported)
	p.line("log      %s, %d entries, %d of this campaign (%d erased, %d withheld)", legible(a.Origin), a.Size, a.Events, a.Erased, a.Withheld)
	p.line("root     %s", a.Root)
	for _, f := range a.Former {
		p.line("before   %s, %d entries still here", legible(f.Origin), f.Size)
	}
	p.line("")
}

func (p *printer) check(c evidence.Check) {
	mark := "ok    "
	if len(c.Failures) > 0 {
		mark = "FAILED"
	}
	p.line("  %s  %s: %s", mark, c.Name, c.Means)
	for i, failure := range c.Failures {
		if i == 20 {
			p.line("          and %d more; --format json has them all", len(c.Failures)-i)
			break
		}
		p.line("          %s", legible(failure.String()))
	}
	for _, n := range c.Notes {
		p.line("          note: %s", legible(n))
	}
}

func (p *printer) receipts(list []evidence.Receipt) {
	for _, r := range list {
		if r.Position < 0 {
			continue // a failure tells of it
		}
		event := r.Event
		if event == "" {
			event = "an event that is not of this campaign"
		}
		of := ""
		if r.Log != "" {
			of = " of the log " + legible(r.Log)
		}
		p.line("  receipt %s… stands at position %d%s: %s", r.Hash[:12], r.Position, of, legible(event))
	}
}

func verdict(r evidence.Report) string {
	if r.Sound {
		return "SOUND: nothing in this bundle was altered since its checkpoint was signed."
	}
	failures := 0
	for _, c := range r.Checks {
		failures += len(c.Failures)
	}
	if r.About == nil {
		return "NOT SOUND: it could not be read or its signature not be trusted; nothing in it may be relied on."
	}
	return fmt.Sprintf("NOT SOUND: %s failed; the places are above.", count(failures, "thing"))
}
