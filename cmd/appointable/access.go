package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"appointable/internal/access"
)

func newAccess(term terminal) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "access", Short: "Print who may do what, and in which phase of a campaign",
		Long: "The one table that the program and its database both ask. Chair and panel members hold\ntheir role in a campaign, by their seat; everybody else in the whole trust.",
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			switch format {
			case "json":
				out := json.NewEncoder(term.out)
				out.SetIndent("", "  ")
				return out.Encode(phasesSpelt())
			case "csv":
				return printAccessCSV(term)
			}
			return printAccess(term)
		},
	}
	addFormat(cmd, &format)
	return cmd
}

// printAccess prints a line an action: yes under each role that may, then the
// phases.
func printAccess(term terminal) error {
	w := tabwriter.NewWriter(term.out, 0, 0, 2, ' ', 0)
	header := []string{"action"}
	for _, role := range access.Roles() {
		header = append(header, string(role))
	}
	lines := []string{strings.Join(append(header, "in the phases"), "\t")}
	for _, rule := range access.Table() {
		cells := []string{string(rule.Action)}
		for _, role := range access.Roles() {
			cell := "-"
			if slices.Contains(rule.Roles, role) {
				cell = "yes"
			}
			cells = append(cells, cell)
		}
		lines = append(lines, strings.Join(append(cells, phaseWords(rule)), "\t"))
	}
	if _, err := fmt.Fprintln(w, strings.Join(lines, "\n")); err != nil {
		return err
	}
	return w.Flush()
}

func phaseWords(rule access.Rule) string {
	if rule.Phases == nil {
		return "any"
	}
	words := make([]string, len(rule.Phases))
	for i, phase := range rule.Phases {
		words[i] = string(phase)
	}
	return strings.Join(words, ", ")
}

// phasesSpelt are the cells, with a word for what asks for no phase.
func phasesSpelt() []access.Cell {
	cells := access.Cells()
	for i := range cells {
		if cells[i].Phase == "" {
			cells[i].Phase = "any"
		}
	}
	return cells
}

func printAccessCSV(term terminal) error {
	w := csv.NewWriter(term.out)
	lines := [][]string{{"action", "role", "phase"}}
	for _, c := range phasesSpelt() {
		lines = append(lines, []string{string(c.Action), string(c.Role), string(c.Phase)})
	}
	return w.WriteAll(lines)
}
