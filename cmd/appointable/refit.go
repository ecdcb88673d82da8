package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/selection/mixedmodel"
)

func newRefit(term terminal) *cobra.Command {
	var trust, framework, format string
	cmd := &cobra.Command{
		Use:   "refit --trust TRUST",
		Short: "Pool a trust's decided campaigns into the prior of those to come",
		Long: "Estimates how much candidates, assessors and exercises differ from the decided\n" +
			"campaigns of a framework, and stores it as a new version. Campaigns whose scoring opens\n" +
			"from now on take it; those under way keep what they have. The same campaigns are not\n" +
			"pooled twice. Decided is a campaign once a decision was recorded in the service;\n" +
			"imported campaigns count once theirs is.",
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			if err := checkFormat(format); err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				code, err := frameworkOr(cmd.Context(), db, who, framework)
				if err != nil {
					return err
				}
				r, err := db.Refit(cmd.Context(), who, code, fitProgress(term, "of the model"))
				if err != nil {
					return err
				}
				return printRefit(term, r, format)
			})
		},
	}
	addTrust(cmd, &trust)
	addFormat(cmd, &format)
	cmd.Flags().StringVar(&framework, "framework", "", "code of the framework; the trust's only one where none is given")
	return cmd
}

// frameworkOr is the framework that was named, or the only one of the trust.
func frameworkOr(ctx context.Context, db *store.DB, who store.Actor, code string) (string, error) {
	if code != "" {
		return code, nil
	}
	list, err := db.Frameworks(ctx, who, "", 0, 1000)
	if err != nil {
		return "", err
	}
	for _, f := range list {
		if f.Status == frameworks.Draft || f.Code == code {
			continue
		}
		if code != "" {
			return "", usageError{fmt.Errorf("--framework is missing, and there is more than one: %s, %s", code, f.Code)}
		}
		code = f.Code
	}
	if code == "" {
		return "", fault.New(fault.NotFound, "this trust has published no framework yet")
	}
	return code, nil
}

func printRefit(term terminal, r store.Refit, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(term.out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	case "csv":
		return writeRefitCSV(term.out, r)
	}
	p := printer{out: term.out, colour: term.colour}
	p.refit(r)
	return p.err
}

func (p *printer) refit(r store.Refit) {
	prior := r.Prior
	p.heading(fmt.Sprintf("%s: prior version %d from %d decided campaigns", prior.Framework, prior.Version, len(prior.Campaigns)))
	p.line("")
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	cells(w, []string{"Campaign", "Candidates", "Raters", "Marks"})
	for _, c := range prior.Campaigns {
		cells(w, []string{c.Campaign, strconv.Itoa(c.Candidates), strconv.Itoa(c.Raters), strconv.Itoa(c.Marks)})
	}
	cells(w, []string{"together", strconv.Itoa(prior.Candidates), strconv.Itoa(prior.Raters), strconv.Itoa(prior.Marks)})
	p.flush(w)
	p.line("")
	cells(w, []string{"Variance", beforeWords(r), "now"})
	for _, c := range componentChanges(r) {
		cells(w, []string{c.name, decimal(c.before), decimal(c.now)})
	}
	p.flush(w)
	p.line("")
	if r.Stored {
		p.line("Stored. Campaigns whose scoring opens from now on take it; those under way keep theirs.")
		return
	}
	p.line("Nothing new: version %d was pooled from these very marks, so nothing was stored.", prior.Version)
}

func (p *printer) flush(w *tabwriter.Writer) {
	if err := w.Flush(); p.err == nil {
		p.err = err
	}
}

func beforeWords(r store.Refit) string {
	if r.Before == nil {
		return "default"
	}
	return fmt.Sprintf("version %d", r.Before.Version)
}

// componentChange is a variance component before and after.
type componentChange struct {
	name        string
	before, now float64
}

// componentChanges compares with the version before, or with the default that
// was believed in its place. Covariances are shown as their mean.
func componentChanges(r store.Refit) []componentChange {
	prior := r.Prior
	before := mixedmodel.DefaultPrior(len(prior.Dimensions), prior.Scale.Max-prior.Scale.Min).Components
	if r.Before != nil {
		before = r.Before.Components
	}
	var list []componentChange
	add := func(name string, of func(mixedmodel.Components) float64) {
		list = append(list, componentChange{name, of(before), of(prior.Components)})
	}
	for k, code := range prior.Dimensions {
		add("candidate, "+code, func(c mixedmodel.Components) float64 { return c.Candidate[k][k] })
	}
	if len(prior.Dimensions) > 1 {
		add("candidate, between dimensions (mean)", meanCovariance)
	}
	add("candidate × exercise", func(c mixedmodel.Components) float64 { return c.CandidateExercise })
	add("candidate × rater (halo)", func(c mixedmodel.Components) float64 { return c.CandidateRater })
	add("rater (severity)", func(c mixedmodel.Components) float64 { return c.Rater })
	add("rater × dimension", func(c mixedmodel.Components) float64 { return c.RaterDimension })
	add("residual", func(c mixedmodel.Components) float64 { return c.Residual })
	return list
}

func meanCovariance(c mixedmodel.Components) float64 {
	sum, n := 0.0, 0
	for k := range c.Candidate {
		for l := range k {
			sum += c.Candidate[k][l]
			n++
		}
	}
	return sum / float64(n)
}

func writeRefitCSV(out io.Writer, r store.Refit) error {
	w := csv.NewWriter(out)
	_ = w.Write([]string{"framework", "version", "component", "before", "now"}) // the writer keeps its first error
	for _, c := range componentChanges(r) {
		_ = w.Write([]string{r.Prior.Framework, strconv.Itoa(r.Prior.Version), c.name, exact(c.before), exact(c.now)})
	}
	w.Flush()
	return w.Error()
}
