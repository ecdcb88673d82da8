package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"appointable/frameworks"
	"appointable/internal/round"
	"appointable/selection"
	"appointable/selection/ranking"
)

// engine is what ranks and its version.
func engine() string { return ranking.Engine }

// rankFlags are those of every command that ranks.
type rankFlags struct {
	format string
	trace  bool
	raters bool
	seed   int64
	draws  int

	components string  // the file that they come from; "": they are fitted
	apart      float64 // the chance that separates groups
}

func (f *rankFlags) add(cmd *cobra.Command, trace bool) {
	addFormat(cmd, &f.format)
	cmd.Flags().BoolVar(&f.trace, "trace", trace, "print every step from the marks to the rank (table only; JSON always has it)")
	d := selection.DefaultSettings()
	cmd.Flags().Int64Var(&f.seed, "seed", d.Seed, "seed of the draws; the panel's own figures need none")
	cmd.Flags().IntVar(&f.draws, "draws", d.Draws, "number of draws behind the chances; fewer are taken of many candidates")
	cmd.Flags().BoolVar(&f.raters, "raters", false, "print how strictly each assessor marked, for the HR analyst (table only; JSON always has it)")
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
			"psychometrics.csv, ranks its candidates by the rule the campaign declares and says how\n" +
			"sure one may be of the order. A prior.json with variance components learned from other\n" +
			"campaigns takes the place of the default ones.\n" +
			"Nothing is computed from a file with an error: all errors are listed with their place.",
		Args: exactly("ROUND"),
		RunE: func(cmd *cobra.Command, args []string) error {
			settings, err := f.settings()
			if err != nil {
				return err
			}
			if settings.Apart, err = apart(f.apart); err != nil {
				return err
			}
			r, notices, err := round.Read(cmd.Context(), args[0])
			tell(term, notices)
			if err != nil {
				return err
			}
			if f.components != "" {
				given, err := round.ReadComponents(f.components, dimensionCodes(r.Framework), &round.Limits{Low: r.Framework.Scale.Min, High: r.Framework.Scale.Max})
				if err != nil {
					return err
				}
				settings.Components = &given
			}
			settings.Progress = rankProgress(term, settings.Draws)
			result, err := selection.Rank(cmd.Context(), r, settings)
			if err != nil {
				return err
			}
			return printRanking(term, result, r.Framework, r.Campaign.Post.Posts, f)
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&f.components, "components", "", "JSON file as gstudy or rank prints: take its variance components, fit none")
	cmd.Flags().Float64Var(&f.apart, "apart", 0.8, "how sure one must be that one candidate is above another to put them into different groups")
	return cmd
}

func apart(chance float64) (float64, error) {
	if !(chance > 0.5 && chance < 1) {
		return 0, usageError{fmt.Errorf("--apart %v: give a chance above 0.5 and below 1", chance)}
	}
	return chance, nil
}

func dimensionCodes(f frameworks.Framework) []string {
	var codes []string
	for _, d := range f.Dimensions {
		codes = append(codes, d.Code)
	}
	return codes
}

// tell prints what is worth knowing and is no error, on standard error.
func tell(term terminal, notices []string) {
	for _, n := range notices {
		_, _ = fmt.Fprintln(term.err, "note: "+strings.TrimSuffix(n, "\n"))
	}
}
