package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/selection"
	"appointable/selection/fairness"
	"appointable/selection/suppression"
)

// fairnessFlags are the command's flags as typed.
type fairnessFlags struct {
	counts       string
	format       string
	unsuppressed bool
	year         int
	from, to     string
	seed         int64
}

func newFairness(term terminal) *cobra.Command {
	var f fairnessFlags
	cmd := &cobra.Command{
		Use:   "fairness [ROUND...]",
		Short: "Say how groups of candidates fared, stage by stage, and how sure one may be of it",
		Long: "Reads round folders, each with a monitoring.csv, or a file of counts, and compares each\n" +
			"group with its reference: in each campaign, over all of them, and within campaigns added\n" +
			"up. Every figure has its interval, or says that the numbers are too small to tell.\n" +
			"Small numbers can tell of a person: they are left out unless --unsuppressed is given,\n" +
			"which is for the owner of the data. Nothing is stored.",
		Example: "  appointable fairness rounds/*\n" +
			"  appointable fairness --counts counts.csv --year 2025 --format json",
		RunE: func(cmd *cobra.Command, args []string) error {
			within, err := f.check(args, cmd.Flags().Changed)
			if err != nil {
				return err
			}
			counts, rounds, err := f.read(cmd.Context(), term, args)
			if err != nil {
				return err
			}
			return f.run(cmd.Context(), term, counts, rounds, within)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.counts, "counts", "", "file of counts: campaign, characteristic, group, focal, stage, entered, passed")
	addFormat(cmd, &f.format)
	flags.BoolVar(&f.unsuppressed, "unsuppressed", false, "show true counts, however small: for the owner of the data")
	flags.IntVar(&f.year, "year", 0, "campaigns decided from 1 April of this year to 31 March of the next, as the WRES and WDES count")
	flags.StringVar(&f.from, "from", "", "campaigns decided on this day or later, such as 2025-04-01")
	flags.StringVar(&f.to, "to", "", "… and on this day or earlier")
	flags.Int64Var(&f.seed, "seed", 1, "seed of the permutations, where moderation has too many to go through")
	return cmd
}

// check turns what was typed into what is meant, before any file is opened. The
// period is nil where none was given.
func (f *fairnessFlags) check(rounds []string, changed func(flag string) bool) (*fairness.Period, error) {
	switch {
	case f.counts == "" && len(rounds) == 0:
		return nil, usageError{errors.New("ROUND is missing; name round folders, or a file with --counts")}
	case f.counts != "" && len(rounds) > 0:
		return nil, usageError{errors.New("name round folders or a file of counts, not both")}
	}
	within, err := f.period(changed)
	switch {
	case err != nil:
		return nil, err
	case within != nil && f.counts == "":
		return nil, usageError{errors.New("round folders do not say when they were decided; a period needs --counts with the column decided_on")}
	}
	return within, checkFormat(f.format)
}

func (f *fairnessFlags) period(changed func(flag string) bool) (*fairness.Period, error) {
	switch days := changed("from") || changed("to"); {
	case days && changed("year"):
		return nil, usageError{errors.New("--year says both ends of the period; leave out --from and --to")}
	case changed("year") && (f.year < 1948 || f.year > 9998):
		return nil, usageError{fmt.Errorf("--year %d: give the year in which the period begins, such as 2025", f.year)}
	case changed("year"):
		p := fairness.ReturnYear(f.year)
		return &p, nil
	case !days:
		return nil, nil
	}
	p := fairness.Period{From: f.from, To: f.to}
	for flag, day := range map[string]string{"from": p.From, "to": p.To} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, usageError{fmt.Errorf("--%s %s: give a day such as 2025-04-01, and both --from and --to", flag, day)}
		}
	}
	if p.From > p.To {
		return nil, usageError{fmt.Errorf("--from %s is after --to %s", p.From, p.To)}
	}
	return &p, nil
}

// read gathers the counts, the rounds that they are of, if they are, and every
// mistake of every file.
func (f *fairnessFlags) read(ctx context.Context, term terminal, folders []string) ([]fairness.Count, []selection.Answered, error) {
	if f.counts != "" {
		counts, notices, err := round.ReadCounts(ctx, f.counts)
		tell(term, notices)
		return counts, nil, err
	}
	var all []fairness.Count
	var rounds []selection.Answered
	var mistakes fault.List
	campaigns := map[string]string{}
	for _, dir := range folders {
		answered, counts, err := readFunnel(ctx, term, dir)
		code := answered.Round.Campaign.Code
		switch before, twice := campaigns[code]; {
		case err != nil && fault.KindOf(err) == fault.Internal: // above all, a caller who stopped waiting
			return nil, nil, err
		case err != nil:
			keepMistakes(&mistakes, dir, err)
		case twice:
			mistakes.Add(dir, "campaign %s is in %s already; name each campaign once", code, before)
		}
		campaigns[code] = dir
		all, rounds = append(all, counts...), append(rounds, answered)
	}
	return all, rounds, mistakes.Err("nothing was computed")
}

// keepMistakes keeps an error's complaints with the folder that their files are in.
func keepMistakes(mistakes *fault.List, dir string, err error) {
	fields := fault.FieldsOf(err)
	if len(fields) == 0 {
		mistakes.Add(dir, "%s", plain(err))
	}
	for _, field := range fields {
		mistakes.Add(filepath.Join(dir, field.Where), "%s", field.Message)
	}
}

// readFunnel reads a round and what its candidates answered, and tells of
// mistakes in either.
func readFunnel(ctx context.Context, term terminal, dir string) (a selection.Answered, counts []fairness.Count, err error) {
	var notices []string
	var errRound error
	a.Round, notices, errRound = round.Read(ctx, dir)
	tell(term, notices)
	if errRound != nil && len(fault.FieldsOf(errRound)) == 0 {
		return a, nil, errRound
	}
	m, notices, errAnswers := round.ReadMonitoring(ctx, filepath.Join(dir, "monitoring.csv"))
	tell(term, notices)
	a.Rows = m.Rows
	var both fault.List
	for _, err := range []error{errRound, errAnswers} {
		if err != nil && fault.KindOf(err) == fault.Internal {
			return a, nil, err
		}
		both.Fields = slices.Concat(both.Fields, fault.FieldsOf(err))
	}
	if err := both.Err("the round cannot be audited"); err != nil {
		return a, nil, err
	}
	counts, err = selection.Funnel(a.Round, a.Rows)
	return a, counts, m.Locate(err)
}

func (f *fairnessFlags) run(ctx context.Context, term terminal, counts []fairness.Count, rounds []selection.Answered, within *fairness.Period) error {
	if within != nil {
		var undated int
		if counts, undated = within.Of(counts); undated > 0 {
			tell(term, []string{fmt.Sprintf("%s without a day in the column decided_on: left out of the period.", count(undated, "campaign"))})
		}
	}
	shown, err := f.shown(ctx, term, counts)
	if err != nil {
		return err
	}
	var d fairnessDocument
	if d.Report, err = fairness.Audit(ctx, counts, shown); err != nil {
		return err
	}
	d.Period = within
	gaps, families, err := selection.Gaps(ctx, rounds, uint64(f.seed), f.unsuppressed)
	switch {
	case fault.Is(err, fault.Invalid): // rounds on different scales: their counts can be compared all the same
		tell(term, []string{"Marks are not compared: " + plain(err)})
	case err != nil:
		return err
	}
	d.Gaps = append([]selection.GapRow{}, gaps...)
	d.Family = append(d.Family, families...)
	return d.print(term, f.format)
}

// shown is nil where true counts are asked for.
func (f *fairnessFlags) shown(ctx context.Context, term terminal, counts []fairness.Count) (fairness.Shown, error) {
	if f.unsuppressed {
		return nil, nil
	}
	suppressed, err := selection.Suppress(ctx, suppression.NHS(), selection.AllCampaigns, counts, nil)
	tell(term, suppressed.Notices)
	return suppressed.Shown, err
}

// fairnessDocument is the audit of counts, and of marks where there are rounds.
type fairnessDocument struct {
	fairness.Report
	Gaps []selection.GapRow `json:"gaps"`
}

func (d fairnessDocument) print(term terminal, format string) error {
	switch format {
	case "json":
		encoder := json.NewEncoder(term.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(d)
	case "csv":
		return writeFairnessCSV(term.out, d)
	}
	p := printer{out: term.out, colour: term.colour}
	p.fairness(d)
	return p.err
}
