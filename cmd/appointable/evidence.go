package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"appointable/internal/store"
)

func newEvidence(term terminal) *cobra.Command {
	var trust, out string
	cmd := &cobra.Command{
		Use:   "evidence CAMPAIGN --trust TRUST",
		Short: "Take out a campaign's bundle of evidence, which verifies offline",
		Long: "Writes one file with what was planned, marked, ranked and decided, and the proofs that\n" +
			"none of it was altered since. It leaves the service once moderation is closed; that it\n" +
			"left is on record. A sequencer must be at work, as it is in `appointable serve`.\n" +
			"`appointable verify` checks the file, without a database.",
		Args: exactly("CAMPAIGN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			if out == "" {
				out = args[0] + "-evidence.zip"
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				if err := compareLog(cmd.Context(), db, who, trust); err != nil {
					return err
				}
				var bundle bytes.Buffer
				if err := db.Evidence(cmd.Context(), who, args[0], &bundle); err != nil {
					return err
				}
				if err := os.WriteFile(out, bundle.Bytes(), 0o600); err != nil {
					return fmt.Errorf("write the bundle: %w", err)
				}
				_, err := fmt.Fprintf(term.out, "%s written to %s. Check it with: appointable verify %s --key KEY\n", args[0], out, out)
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	cmd.Flags().StringVar(&out, "out", "", "file to write; CAMPAIGN-evidence.zip where none is given")
	return cmd
}
