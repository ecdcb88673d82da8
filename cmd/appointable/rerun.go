package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"appointable/internal/fault"
	"appointable/internal/store"
)

func newRerun(term terminal) *cobra.Command {
	var trust, format string
	cmd := &cobra.Command{
		Use:   "rerun CAMPAIGN [RUN] --trust TRUST",
		Short: "Rank a campaign again as a stored run did, and compare the bytes",
		Long: "Reads the campaign, ranks it with the seed and the draws of the stored run, the latest\n" +
			"where none is named, and compares the result byte for byte. Nothing is stored. Where the\n" +
			"bytes differ it says what has changed and exits with 1.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return exactly("CAMPAIGN", "RUN")(cmd, args)
			}
			return exactly("CAMPAIGN")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			if format != "table" && format != "json" {
				return usageError{fmt.Errorf("--format %s: choose table or json", format)}
			}
			run := uuid.Nil
			if len(args) == 2 {
				var err error
				if run, err = uuid.Parse(args[1]); err != nil {
					return usageError{fmt.Errorf("%q is not the id of a run; the header Appointable-Run of a ranking tells it", args[1])}
				}
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				again, err := db.Rerun(cmd.Context(), who, args[0], run)
				if err != nil {
					return err
				}
				return printRerun(term, args[0], again, format)
			})
		},
	}
	addTrust(cmd, &trust)
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// printRerun returns an error where the bytes differ: whoever checks runs in a
// script goes by the exit code.
func printRerun(term terminal, campaign string, again store.Rerun, format string) error {
	if format == "json" {
		e := json.NewEncoder(term.out)
		e.SetIndent("", "  ")
		if err := e.Encode(again); err != nil {
			return err
		}
	}
	if !again.Same {
		return fault.New(fault.Conflict, "%s, run %s: ranked again it is not the same; %s", campaign, again.Run, strings.Join(again.Differences, "; "))
	}
	if format == "json" {
		return nil
	}
	_, err := fmt.Fprintf(term.out, "%s, run %s: the same, byte for byte (%s, seed %d, %d draws, inputs %s)\n",
		campaign, again.Run, again.Engine, again.Seed, again.Draws, again.Inputs[:12])
	return err
}
