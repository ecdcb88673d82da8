package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
			counts, err := f.read(cmd.Context(), term, args)
			if err != nil {
				return err
			}
			return f.run(cmd.Context(), term, counts, within)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.counts, "counts", "", "file of counts: campaign, characteristic, group, focal, stage, entered, passed")
	addFormat(cmd, &f.format)
	flags.BoolVar(&f.unsuppressed, "unsuppressed", false, "show true counts, however small: for the owner of the data")
	flags.IntVar(&f.year, "year", 0, "campaigns decided from 1 April of this year to 31 March of the next, as the WRES and WDES count")
	flags.StringVar(&f.from, "from", "", "campaigns decided on this day or later, such as 2025-04-01")
	flags.StringVar(&f.to, "to", "", "… and on this day or earlier")
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

// read gathers the counts, and every mistake of every file.
func (f *fairnessFlags) read(ctx context.Context, term terminal, folders []string) ([]fairness.Count, error) {
	if f.counts != "" {
		counts, notices, err := round.ReadCounts(ctx, f.counts)
		tell(term, notices)
		return counts, err
	}
	var all []fairness.Count
	var mistakes fault.List
	campaigns := map[string]string{}
	for _, dir := range folders {
		code, counts, err := readFunnel(ctx, term, dir)
		switch before, twice := campaigns[code]; {
		case err != nil && fault.KindOf(err) == fault.Internal: // above all, a caller who stopped waiting
			return nil, err
		case err != nil:
			keepMistakes(&mistakes, dir, err)
		case twice:
			mistakes.Add(dir, "campaign %s is in %s already; name each campaign once", code, before)
		}
		campaigns[code] = dir
		all = append(all, counts...)
	}
	return all, mistakes.Err("nothing was computed")
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
func readFunnel(ctx context.Context, term terminal, dir string) (campaign string, counts []fairness.Count, err error) {
	r, notices, errRound := round.Read(ctx, dir)
	tell(term, notices)
	if errRound != nil && len(fault.FieldsOf(errRound)) == 0 {
		return "", nil, errRound
	}
	m, notices, errAnswers := round.ReadMonitoring(ctx, filepath.Join(dir, "monitoring.csv"))
	tell(term, notices)
	var both fault.List
	for _, err := range []error{errRound, errAnswers} {
		if err != nil && fault.KindOf(err) == fault.Internal {
			return "", nil, err
		}
		both.Fields = slices.Concat(both.Fields, fault.FieldsOf(err))
	}
	if err := both.Err("the round cannot be audited"); err != nil {
		return r.Campaign.Code, nil, err
	}
	counts, err = selection.Funnel(r, m.Rows)
	return r.Campaign.Code, counts, m.Locate(err)
}

func (f *fairnessFlags) run(ctx context.Context, term terminal, counts []fairness.Count, within *fairness.Period) error {
	if within != nil {
		var undated int
		if counts, undated = within.Of(counts); undated > 0 {
			tell(term, []string{fmt.Sprintf("%s without a day in the column decided_on: left out of the period.", count(undated, "campaign"))})
		}
	}
	var shown fairness.Shown
	if !f.unsuppressed {
		suppressed, err := selection.Suppress(ctx, suppression.NHS(), selection.AllCampaigns, counts, nil)
		if err != nil {
			return err
		}
		tell(term, suppressed.Notices)
		shown = suppressed.Shown
	}
	report, err := fairness.Audit(ctx, counts, shown)
	if err != nil {
		return err
	}
	report.Period = within
	switch f.format {
	case "json":
		return writeFairnessJSON(term.out, report)
	case "csv":
		return round.WriteFairnessCSV(term.out, report)
	}
	p := printer{out: term.out, colour: term.colour}
	p.fairness(report)
	return p.err
}

// fairnessDocument adds what counts alone cannot tell.
type fairnessDocument struct {
	fairness.Report
	Gaps []any `json:"gaps"`
}

func writeFairnessJSON(out io.Writer, report fairness.Report) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(fairnessDocument{Report: report, Gaps: []any{}})
}
