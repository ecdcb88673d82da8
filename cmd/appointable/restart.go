package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"appointable/internal/store"
)

func newLogRestart(term terminal) *cobra.Command {
	var trust, reason, kept string
	cmd := &cobra.Command{
		Use: "restart --trust TRUST --reason TEXT [--checkpoint FILE]", Short: "End a log that a restore has cut short, and begin its successor", Args: exactly(),
		Long: "A database that was restored from a backup has not all of the log that was published, and\n" +
			"nothing more is signed of it. This ends it and begins another, under the next name, whose\n" +
			"first leaf names the last published checkpoint and the reason. What the old log still holds\n" +
			"stays provable; what happened since the backup is lost, and this does not bring it back.\n" +
			"It needs the owner's login and the signing key, and is done once for each trust.\n\n" +
			"--checkpoint gives a checkpoint that was kept elsewhere, by mail say; it counts where it is\n" +
			"newer than the record on this machine, or where that is lost.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			if reason == "" {
				return usageError{fmt.Errorf("--reason is missing; say why the log begins anew, without a name: it stays in the log")}
			}
			r := store.Restart{Slug: trust, Reason: reason}
			var err error
			if kept != "" {
				if r.Kept, err = readBounded(kept, 1<<20); err != nil {
					return err
				}
			}
			done, err := restartLog(cmd.Context(), r)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(term.out, "The log %s begins. Of %s %d leaves were published; %d are still here and stay provable.\n"+
				"Give out its key (appointable log key --trust %s) and this checkpoint, with the reason:\n\n%s",
				done.Origin, done.Former.Origin, done.Former.Size, done.Held, trust, done.Checkpoint)
			return err
		},
	}
	addTrust(cmd, &trust)
	cmd.Flags().StringVar(&reason, "reason", "", "why, without a name: it stays in the log")
	cmd.Flags().StringVar(&kept, "checkpoint", "", "file with the last checkpoint that was kept elsewhere")
	return cmd
}

func restartLog(ctx context.Context, r store.Restart) (store.Restarted, error) {
	c, err := readConfig()
	if err != nil {
		return store.Restarted{}, err
	}
	if r.Keys, err = readKeys(); err != nil {
		return store.Restarted{}, err
	}
	d, err := openDatabase(ctx, c, r.Slug)
	if err != nil {
		return store.Restarted{}, err
	}
	defer d.stop()
	if r.Published, err = openPublished(c); err != nil {
		return store.Restarted{}, err
	}
	db, err := d.openOwner(ctx)
	if err != nil {
		return store.Restarted{}, err
	}
	defer func() { _ = db.Close() }()
	trust, err := db.FindTrust(ctx, r.Slug)
	if err != nil {
		return store.Restarted{}, err
	}
	return db.RestartLog(ctx, store.Operator(trust.ID), r)
}
