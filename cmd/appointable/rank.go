package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"appointable/internal/round"
	"appointable/selection"
	"appointable/selection/ranking"
)

// engine is the ranking rule and its version.
func engine() string { return ranking.Engine }

// rankFlags are those of every command that ranks.
type rankFlags struct {
	format string
	trace  bool
	seed   int64
	draws  int
}

func (f *rankFlags) add(cmd *cobra.Command, trace bool) {
	addFormat(cmd, &f.format)
	cmd.Flags().BoolVar(&f.trace, "trace", trace, "print every step from the marks to the rank (table only; JSON always has it)")
	d := selection.DefaultSettings()
	cmd.Flags().Int64Var(&f.seed, "seed", d.Seed, "seed of what is sampled; the rule panel-mean samples nothing")
	cmd.Flags().IntVar(&f.draws, "draws", d.Draws, "number of draws of what is sampled")
}

func (f *rankFlags) settings() (selection.Settings, error) {
	if f.draws < 1 || f.draws > 10_000_000 {
		return selection.Settings{}, usageError{fmt.Errorf("--draws %d: give a number from 1 to 10000000", f.draws)}
	}
	return selection.Settings{Seed: f.seed, Draws: f.draws}, checkFormat(f.format)
}

func addFormat(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "format", "table", "table, json or csv")
}

func checkFormat(format string) error {
	if !slices.Contains([]string{"table", "json", "csv"}, format) {
		return usageError{fmt.Errorf("--format %s: choose table, json or csv", format)}
	}
	return nil
}

func newRank(term terminal) *cobra.Command {
	var f rankFlags
	cmd := &cobra.Command{
		Use:   "rank ROUND",
		Short: "Rank a round folder, without a database",
		Long: "Reads a folder with framework.yaml, campaign.yaml, candidates.csv, ratings.csv and\n" +
			"psychometrics.csv and ranks its candidates by the rule the campaign declares.\n" +
			"Nothing is computed from a file with an error: all errors are listed with their place.",
		Args: exactly("ROUND"),
		RunE: func(cmd *cobra.Command, args []string) error {
			settings, err := f.settings()
			if err != nil {
				return err
			}
			r, notices, err := round.Read(cmd.Context(), args[0])
			tell(term, notices)
			if err != nil {
				return err
			}
			result, err := selection.Rank(cmd.Context(), r, settings)
			if err != nil {
				return err
			}
			return printRanking(term, result, r.Framework, f.format, f.trace)
		},
	}
	f.add(cmd, false)
	return cmd
}

// tell prints what is worth knowing and is no error, on standard error.
func tell(term terminal, notices []string) {
	for _, n := range notices {
		_, _ = fmt.Fprintln(term.err, "note: "+strings.TrimSuffix(n, "\n"))
	}
}
