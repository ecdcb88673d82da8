package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/internal/store"
)

func newLog(term terminal) *cobra.Command {
	return group("log", "Make and print the keys of the log, print its checkpoint, begin it anew after a restore", newLogNewKey(term), newLogKey(term), newLogCheckpoint(term), newLogRestart(term))
}

func newLogNewKey(term terminal) *cobra.Command {
	return &cobra.Command{
		Use: "new-key", Short: "Make a signing key for SEQUENCER_KEY", Args: exactly(),
		Long: "Prints a secret: keep it where only the sequencer reads it, and nowhere near the database.",
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(term.out, audit.NewSigningKey().Secret())
			return err
		},
	}
}

func newLogKey(term terminal) *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use: "key --trust TRUST", Short: "Print the keys that a trust's log is checked with", Args: exactly(),
		Long: "They are no secret: give them to whoever is to check the log, by another way than the log\nitself. One a line; two while a signing key is being replaced, and as many again for each\nlog that went before, since every log of a trust has a name of its own.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			keys, err := readKeys()
			if err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				origins, err := db.LogOrigins(cmd.Context(), who)
				if err != nil {
					return err
				}
				for _, origin := range origins {
					if err := printKeys(term, origin, keys); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	addTrust(cmd, &trust)
	return cmd
}

// readKeys are the signing keys that a sequencer here would use.
func readKeys() ([]audit.SigningKey, error) {
	c, err := readConfig()
	if err != nil {
		return nil, err
	}
	keys, err := c.signingKeys()
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	if c.DatabaseURL != "" {
		return nil, fault.New(fault.Invalid, "the keys to check with follow from those to sign with; set SEQUENCER_KEY as the sequencer has it")
	}
	path, err := keyFile(c)
	if err != nil {
		return nil, err
	}
	key, err := readKeyFile(path)
	return []audit.SigningKey{key}, err
}

func printKeys(term terminal, origin string, keys []audit.SigningKey) error {
	for _, key := range keys {
		public, err := key.Public(origin)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(term.out, public); err != nil {
			return err
		}
	}
	return nil
}

func newLogCheckpoint(term terminal) *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use: "checkpoint --trust TRUST", Short: "Print the latest signed checkpoint of a trust's log", Args: exactly(),
		Long: "Whoever keeps one outside the trust can tell later whether the log was rewritten. Where the\ndatabase was set back behind what was published it prints none, says so and exits with 1.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				if err := compareLog(cmd.Context(), db, who, trust); err != nil {
					return err
				}
				signed, err := db.LogCheckpoint(cmd.Context(), who, 0)
				if err != nil {
					return err
				}
				_, err = term.out.Write(signed)
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	return cmd
}
