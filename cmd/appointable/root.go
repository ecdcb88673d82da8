package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"appointable/internal/fault"
)

// Exit codes.
const (
	exitDone  = 0
	exitError = 1 // an error in the input or the world
	exitUsage = 2 // the command was not understood
)

// version is set by the release build (-ldflags "-X main.version=…").
var version = "dev"

// terminal is where a command reads and writes.
type terminal struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	colour bool
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// usageError is a command that was not understood.
type usageError struct{ error }

// run executes one command line and returns the exit code. It is the only
// place that prints an error.
func run(ctx context.Context, args []string, term terminal) int {
	root := newRoot(term)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(term.err, stoppedWords(cmd.Name()))
		return exitError
	case isUsage(err):
		fmt.Fprintf(term.err, "%s\n\nSee: %s --help\n", err, cmd.CommandPath())
		return exitUsage
	}
	fmt.Fprintln(term.err, plain(err))
	return exitError
}

// stoppedWords reassures whoever stopped a command that stores something.
func stoppedWords(command string) string {
	if command == "rank" || command == "gstudy" || command == "fairness" || command == "verify" {
		return "stopped"
	}
	return "stopped; nothing was stored"
}

func isUsage(err error) bool {
	_, ok := errors.AsType[usageError](err)
	// cobra reports an unknown command as a bare error.
	return ok || strings.HasPrefix(err.Error(), "unknown command")
}

// plain is an error for the person at the terminal: a fault in its own words,
// anything else as it is, since whoever runs the program may see its world.
func plain(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Error()
	}
	return err.Error()
}

func newRoot(term terminal) *cobra.Command {
	root := &cobra.Command{
		Use:           "appointable",
		Short:         "Select consultants and medical leaders by a trust's values",
		Long:          "Appointable turns a trust's values into a framework of behaviours, keeps what a\npanel marks, ranks by the panel's own marks and shows every step. The panel decides.",
		SilenceErrors: true, SilenceUsage: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(term.in)
	root.SetOut(term.out)
	root.SetErr(term.err)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{flagError(err)} })
	root.AddCommand(
		newDemo(term), newServe(term), newRank(term), newGStudy(term), newFairness(term), newImport(term), newImportMonitoring(term), newExport(term), newEvidence(term), newRefit(term), newRerun(term), newVerify(term),
		newMigrate(term), newTrust(term), newUser(term), newLog(term), newErase(term), newTombstones(term), newDrill(term), newConfig(term), newAccess(term), newVersion(term),
	)
	return root
}

// flagError says what a flag wants where it wants a whole number.
func flagError(err error) error {
	invalid, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok || !slices.Contains([]string{"int", "int64"}, invalid.GetFlag().Value.Type()) {
		return err
	}
	return fmt.Errorf("--%s %s: give a whole number", invalid.GetFlag().Name, invalid.GetValue())
}

// exactly checks the number of arguments and names what is missing.
func exactly(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usageError{fmt.Errorf("%s is missing", names[len(args)])}
		case len(args) > len(names):
			return usageError{fmt.Errorf("%q is one argument too many", args[len(names)])}
		}
		return nil
	}
}

func newVersion(term terminal) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of the program and of the ranking rule", Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(term.out, "appointable %s\nranking %s\n", version, engine())
			return err
		},
	}
}
