package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"appointable/internal/round"
	"appointable/internal/store"
)

func newImport(term terminal) *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use:   "import ROUND --trust TRUST",
		Short: "Store a round folder as a campaign of a trust",
		Long: "With marks the campaign is one that was scored elsewhere: its marks are final. Without\n" +
			"marks it is a draft. All of it is stored, or nothing.",
		Args: exactly("ROUND"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			r, notices, err := round.Read(cmd.Context(), args[0])
			tell(term, notices)
			if err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				c, err := db.Import(cmd.Context(), who, store.Key{}, r)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(term.out, "%s imported into %s: %d candidates, %d marks, phase %s\n",
					c.Document.Code, trust, len(r.Candidates), len(r.Ratings), c.Progress.Phase)
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	return cmd
}

func newExport(term terminal) *cobra.Command {
	var trust, out string
	cmd := &cobra.Command{
		Use:   "export CAMPAIGN --trust TRUST",
		Short: "Write a campaign as a round folder",
		Long:  "Writes the folder that `appointable rank` reads. A campaign leaves the service once its\nmoderation is closed; the export is recorded.",
		Args:  exactly("CAMPAIGN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			if out == "" {
				out = args[0]
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				r, err := db.Export(cmd.Context(), who, args[0])
				if err != nil {
					return err
				}
				if err := round.Write(cmd.Context(), out, r); err != nil {
					return err
				}
				_, err = fmt.Fprintf(term.out, "%s written to %s: %d candidates, %d marks\n", args[0], out, len(r.Candidates), len(r.Ratings))
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	cmd.Flags().StringVar(&out, "out", "", "folder to write; the campaign's code where none is given")
	return cmd
}

func addTrust(cmd *cobra.Command, trust *string) {
	cmd.Flags().StringVar(trust, "trust", "", "short name of the trust")
}

func needTrust(trust string) error {
	if trust == "" {
		return usageError{fmt.Errorf("--trust is missing; name the trust by its short name")}
	}
	return nil
}
