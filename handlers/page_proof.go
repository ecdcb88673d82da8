package handlers

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// proofPage shows that one leaf is in the log, and how to see it again without
// this service. It is for whoever holds a leaf's hash: an auditor, and a member
// with a receipt.
type proofPage struct {
	layout
	Here       string
	Leaf       string // the hash that was asked for; "" none
	Found      bool
	Position   string
	Text       string // the leaf as it was hashed; "": not the asker's to read
	Hashes     []string
	Checkpoint *checkpointView
	Inclusion  string // commands that show it offline
	Bundle     string
	Problem    string
	Fields     []fieldProblem
}

func (proofPage) template() string { return "proof" }

func (p *pages) showProof(c *call) (page, error) {
	shown := proofPage{layout: p.layout(c, "Is it in the log?"), Here: c.address("log", "proof"), Leaf: strings.TrimSpace(c.QueryParam("leaf"))}
	if shown.Leaf == "" {
		return shown, nil
	}
	leaf, err := audit.ParseHexHash(shown.Leaf)
	if err == nil {
		var found store.LogInclusion
		if found, err = p.db.LogInclusion(c.ctx(), c.who, leaf); err == nil {
			err = shown.prove(leaf, found)
			return shown, err
		}
	}
	if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return nil, err
	}
	shown.Title, shown.Problem = "Error: "+shown.Title, fullStop(problemOf(err).Detail)
	shown.Fields = []fieldProblem{{Field: "leaf", Message: shown.Problem}}
	return shown, nil
}

// prove checks the proof here as anybody can check it elsewhere, and returns
// Invalid where it does not hold.
func (s *proofPage) prove(leaf [32]byte, found store.LogInclusion) error {
	read, err := audit.ReadCheckpoint([]byte(found.Checkpoint))
	if err != nil {
		return err
	}
	if err := found.Proof.Check(leaf, read); err != nil {
		return err
	}
	if s.Checkpoint, err = viewCheckpoint(found.Checkpoint); err != nil {
		return err
	}
	s.Found, s.Position, s.Text, s.Hashes = true, strconv.FormatInt(found.Proof.Position, 10), found.Leaf, found.Proof.Hashes
	s.Bundle = `appointable verify BUNDLE.zip --key "$KEY" --receipt ` + s.Leaf
	if found.Leaf != "" {
		s.Inclusion, err = inclusionCommands(found)
	}
	return err
}

// inclusionCommands write the leaf and its proof to files, and have a program
// of others check both and the signature (docs/verify.md).
func inclusionCommands(found store.LogInclusion) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "printf '%%s' '%s' > event.leaf\n", found.Leaf)
	fmt.Fprintf(&b, "cat > event.leaf.spicy <<'END'\nindex %d\n", found.Proof.Position)
	for _, text := range found.Proof.Hashes {
		hash, err := hex.DecodeString(text)
		if err != nil {
			return "", fmt.Errorf("proof: %w", err)
		}
		b.WriteString(base64.StdEncoding.EncodeToString(hash) + "\n")
	}
	fmt.Fprintf(&b, "\n%sEND\n", found.Checkpoint)
	b.WriteString(`go run filippo.io/torchwood/cmd/spicy@v0.6.1 -verify "$KEY" event.leaf`)
	return b.String(), nil
}
