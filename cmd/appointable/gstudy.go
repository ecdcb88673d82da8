package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"appointable/internal/round"
	"appointable/selection/mixedmodel"
)

// gstudyFlags are the command's flags as typed.
type gstudyFlags struct {
	columns           round.LongColumns
	terms             string
	method            string
	scale             string
	components        string
	raters, exercises int
	format            string

	chosen *mixedmodel.Terms // as terms says; nil: all that the columns allow
	limits *round.Limits     // as scale says; nil: not given
}

func newGStudy(term terminal) *cobra.Command {
	f := gstudyFlags{columns: round.DefaultLongColumns()}
	cmd := &cobra.Command{
		Use:   "gstudy RATINGS.csv",
		Short: "Study how reliable scores are: variance components, coefficients, severity, more raters",
		Long: "Reads a long file, a row a score, and says how much of the scores is the candidates, how\n" +
			"much the raters, and what more raters or exercises would change. A column that the file\n" +
			"does not have is left out; only candidate and score are indispensable. A column called\n" +
			"by another name needs its flag; an empty name (--rater '') leaves a column out.",
		Example: "  appointable gstudy ratings.csv --scale 1-7\n" +
			"  appointable gstudy stations.csv --candidate student --rater examiner --exercise station --score mark --method reml --raters 2",
		Args: exactly("RATINGS.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd.Flags().Changed); err != nil {
				return err
			}
			return f.run(cmd.Context(), term, args[0])
		},
	}
	f.add(cmd)
	return cmd
}

// namedColumn is a column with its flag.
type namedColumn struct {
	flag   string
	column *round.LongColumn
}

func (f *gstudyFlags) namedColumns() []namedColumn {
	c := &f.columns
	return []namedColumn{
		{"candidate", &c.Candidate}, {"rater", &c.Rater}, {"exercise", &c.Exercise},
		{"dimension", &c.Dimension}, {"criterion", &c.Criterion}, {"score", &c.Score},
	}
}

func (f *gstudyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	for _, c := range f.namedColumns() {
		flags.StringVar(&c.column.Name, c.flag, c.column.Name, "name of the column that says the "+c.flag)
	}
	flags.StringVar(&f.terms, "terms", "", "the model's terms, of "+termNames()+" (default all that the columns allow)")
	flags.StringVar(&f.method, "method", string(mixedmodel.MAP), "reml, for large data; or map, with a prior that keeps small panels honest")
	flags.StringVar(&f.scale, "scale", "", "lowest and highest mark, such as 1-7: for the prior, and scores outside are refused")
	flags.StringVar(&f.components, "components", "", "JSON file as this command prints: take its variance components, fit none")
	flags.IntVar(&f.raters, "raters", 0, "how reliable would it be with so many raters for each candidate?")
	flags.IntVar(&f.exercises, "exercises", 0, "… and in so many exercises?")
	addFormat(cmd, &f.format)
}

// check turns what was typed into what is meant, before any file is opened.
func (f *gstudyFlags) check(changed func(flag string) bool) error {
	for _, c := range f.namedColumns() {
		c.column.Required = c.column.Required || changed(c.flag)
		switch {
		case c.column.Name == "" && (c.flag == "candidate" || c.flag == "score"):
			return usageError{fmt.Errorf("--%s: there must be such a column", c.flag)}
		case c.column.Name == f.columns.Score.Name && c.flag != "score":
			return usageError{fmt.Errorf("--%s %s: that is the column of scores", c.flag, c.column.Name)}
		}
	}
	switch m := mixedmodel.Method(f.method); {
	case changed("raters") && f.raters < 1:
		return usageError{fmt.Errorf("--raters %d: give a number from 1 on", f.raters)}
	case changed("exercises") && f.exercises < 1:
		return usageError{fmt.Errorf("--exercises %d: give a number from 1 on", f.exercises)}
	case m != mixedmodel.REML && m != mixedmodel.MAP:
		return usageError{fmt.Errorf("--method %s: choose reml or map", f.method)}
	case changed("components") && (changed("terms") || changed("method")):
		return usageError{errors.New("--components takes the place of --terms and --method: nothing is fitted")}
	}
	var err error
	if f.chosen, err = parseTerms(f.terms, changed("terms")); err != nil {
		return err
	}
	if f.limits, err = parseScale(f.scale); err != nil {
		return err
	}
	return checkFormat(f.format)
}

func parseTerms(text string, given bool) (*mixedmodel.Terms, error) {
	if !given {
		return nil, nil
	}
	var t mixedmodel.Terms
	for name := range strings.SplitSeq(text, ",") {
		if !t.Set(mixedmodel.Effect(strings.TrimSpace(name)), true) {
			return nil, usageError{fmt.Errorf("--terms: there is no term %q; choose from %s", strings.TrimSpace(name), termNames())}
		}
	}
	return &t, nil
}

func termNames() string { return joined(mixedmodel.TermEffects()) }

func joined(effects []mixedmodel.Effect) string {
	var names []string
	for _, e := range effects {
		names = append(names, string(e))
	}
	return strings.Join(names, ",")
}

func parseScale(text string) (*round.Limits, error) {
	if text == "" {
		return nil, nil
	}
	match := regexp.MustCompile(`^(-?[0-9.]+)-(-?[0-9.]+)$`).FindStringSubmatch(text)
	if match == nil {
		return nil, usageError{fmt.Errorf("--scale %s: give the lowest and the highest mark, such as 1-7", text)}
	}
	low, errLow := strconv.ParseFloat(match[1], 64)
	high, errHigh := strconv.ParseFloat(match[2], 64)
	if errLow != nil || errHigh != nil || !(low < high) {
		return nil, usageError{fmt.Errorf("--scale %s: give the lowest and the highest mark, such as 1-7", text)}
	}
	return &round.Limits{Low: low, High: high}, nil
}

func (f *gstudyFlags) run(ctx context.Context, term terminal, path string) error {
	long, notices, err := round.ReadLong(ctx, path, f.columns, f.limits)
	tell(term, notices)
	if err != nil {
		return err
	}
	s, err := f.study(ctx, term, long)
	if err != nil {
		return err
	}
	return printStudy(term, s, f.format)
}
