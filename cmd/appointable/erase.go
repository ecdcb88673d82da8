package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"appointable/internal/fault"
	"appointable/internal/store"
)

func newErase(term terminal) *cobra.Command {
	var trust, reason, replay string
	cmd := &cobra.Command{
		Use:   "erase CAMPAIGN CANDIDATE --trust TRUST --reason TEXT | erase --replay FILE --trust TRUST",
		Short: "Erase a candidate's personal data, for good; or again after a restore",
		Long: "Erases name and contacts, protected characteristics, notes, and what the log holds of them.\n" +
			"Code, marks and ranking stay. The reason stays too, in the log: write it without a name.\n\n" +
			"A restored backup has again what was erased. --replay reads a list that `appointable\n" +
			"tombstones` printed before, as CSV or JSON, and erases whoever is not erased here. It may be\n" +
			"run again. Where somebody could not be erased it goes on, says who, and exits with 1.",
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("replay") {
				return exactly()(cmd, args)
			}
			return exactly("CAMPAIGN", "CANDIDATE")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			if cmd.Flags().Changed("replay") {
				if reason != "" {
					return usageError{fmt.Errorf("--reason is for one candidate; a replay gives its own")}
				}
				return replayTombstones(cmd.Context(), term, trust, replay)
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				stone, err := db.EraseCandidate(cmd.Context(), who, args[0], args[1], reason)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(term.out, "%s %s: erased, event %s. Keep the new list outside: appointable tombstones --trust %s --format csv\n",
					stone.Campaign, stone.Candidate, stone.Event, trust)
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	cmd.Flags().StringVar(&reason, "reason", "", "why, without a name: it stays in the log")
	cmd.Flags().StringVar(&replay, "replay", "", "a list that `appointable tombstones` printed")
	return cmd
}

// replayTombstones reads the whole list before it erases anybody.
func replayTombstones(ctx context.Context, term terminal, trust, file string) error {
	stones, err := readTombstones(file, trust)
	if err != nil {
		return err
	}
	return inTrust(ctx, trust, func(db *store.DB, who store.Actor) error {
		return replayStones(ctx, term, db, who, file, stones)
	})
}

// replayStones goes on where one of the list cannot be erased, and then names
// it by its line in the file.
func replayStones(ctx context.Context, term terminal, db *store.DB, who store.Actor, file string, stones []listedStone) error {
	here, err := db.Tombstones(ctx, who)
	if err != nil {
		return err
	}
	erased := map[[2]string]bool{}
	for _, stone := range here {
		erased[[2]string{stone.Campaign, stone.Candidate}] = true
	}
	var failed fault.List
	for _, stone := range stones {
		if err := eraseAgain(ctx, term, db, who, stone, erased); err != nil {
			if ctx.Err() != nil {
				return err
			}
			failed.Add(fmt.Sprintf("%s:%d", file, stone.line), "%s %s: %s", stone.Campaign, stone.Candidate, plain(err))
		}
	}
	return failed.Err("%d of %d on the list could not be erased", len(failed.Fields), len(stones))
}

// eraseAgain erases whom the list names, unless that is done here: a tombstone
// and what it stands for are written in one transaction.
func eraseAgain(ctx context.Context, term terminal, db *store.DB, who store.Actor, stone listedStone, erased map[[2]string]bool) error {
	outcome := "is erased already"
	if !erased[stone.key()] {
		reason := fmt.Sprintf("erased again after a restore; first on %s, event %s", stone.At.Format("2 January 2006"), stone.Event)
		again, err := db.EraseCandidate(ctx, who, stone.Campaign, stone.Candidate, reason)
		if err != nil {
			return err
		}
		erased[stone.key()] = true
		outcome = fmt.Sprintf("erased again, event %s", again.Event)
	}
	_, err := fmt.Fprintf(term.out, "%s %s: %s\n", stone.Campaign, stone.Candidate, outcome)
	return err
}
