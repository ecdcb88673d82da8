package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"appointable/handlers"
	"appointable/internal/access"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// group is a command that only holds others.
func group(name, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{fmt.Errorf("say what to do with the %s", name)}
		}
		return usageError{fmt.Errorf("there is no command %q of %s", args[0], name)}
	}, RunE: func(*cobra.Command, []string) error { return nil }}
	cmd.AddCommand(commands...)
	return cmd
}

func newTrust(term terminal) *cobra.Command {
	var name string
	add := &cobra.Command{
		Use: "add TRUST --name NAME", Short: "Make a trust; TRUST is its short name in every address", Args: exactly("TRUST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(name) == "" {
				return usageError{fmt.Errorf("--name is missing; give the trust's full name")}
			}
			c, err := readConfig()
			if err != nil {
				return err
			}
			d, err := openDatabase(cmd.Context(), c, "")
			if err != nil {
				return err
			}
			defer d.stop()
			db, err := d.openOwner(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			if _, err := db.CreateTrust(cmd.Context(), args[0], name, false); err != nil {
				return err
			}
			_, err = fmt.Fprintf(term.out, "%s made; next: appointable user add USERNAME --trust %s --name NAME --role administrator --link\n", args[0], args[0])
			return err
		},
	}
	add.Flags().StringVar(&name, "name", "", "full name of the trust")
	return group("trust", "Make a trust", add)
}

func newUser(term terminal) *cobra.Command {
	return group("user", "Add people, set passwords, close accounts", newUserAdd(term), newUserPassword(term), newUserReset(term), newUserLeave(term))
}

func newUserAdd(term terminal) *cobra.Command {
	var trust, name string
	var roles []string
	var link bool
	cmd := &cobra.Command{
		Use: "add USERNAME --trust TRUST --name NAME [--role ROLE]… [--link]", Short: "Add a person; the password is read from standard input",
		Long: "Roles in a trust: framework-owner, recruitment-officer, auditor, administrator. Chairs and\npanel members need none: they have a seat in a campaign.\n\n" +
			"With --link no password is read: a one-time link is printed, by which the person sets it\nthemselves within 14 days. This is how the first administrator of a trust begins.",
		Args: exactly("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			person := store.Person{Username: args[0], DisplayName: name}
			for _, r := range roles {
				person.Roles = append(person.Roles, access.Role(r))
			}
			if link {
				return printLink(cmd.Context(), term, trust, func(db *store.DB, who store.Actor) (store.Link, error) {
					return db.Invite(cmd.Context(), who, person)
				})
			}
			hash, err := readPassword(term, args[0])
			if err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				if _, err := db.AddPerson(cmd.Context(), who, store.Key{}, person); err != nil {
					return err
				}
				if err := db.SetPassword(cmd.Context(), who, args[0], hash); err != nil {
					return err
				}
				_, err := fmt.Fprintf(term.out, "%s added to %s\n", args[0], trust)
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	cmd.Flags().StringVar(&name, "name", "", "the person's name as colleagues see it")
	cmd.Flags().StringArrayVar(&roles, "role", nil, "a role in the trust; may be given more than once")
	cmd.Flags().BoolVar(&link, "link", false, "print a one-time link instead of reading a password")
	return cmd
}

func newUserReset(term terminal) *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use: "reset USERNAME --trust TRUST", Short: "Print a one-time link by which a person sets a new password within a day", Args: exactly("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			return printLink(cmd.Context(), term, trust, func(db *store.DB, who store.Actor) (store.Link, error) {
				return db.MakeResetLink(cmd.Context(), who, args[0])
			})
		},
	}
	addTrust(cmd, &trust)
	return cmd
}

// printLink prints the address of a link that was just made, which nobody can
// find out again.
func printLink(ctx context.Context, term terminal, slug string, made func(*store.DB, store.Actor) (store.Link, error)) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	return inTrust(ctx, slug, func(db *store.DB, who store.Actor) error {
		link, err := made(db, who)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(term.out, "give this link to %s and to nobody else; it works once, until %s:\n%s%s\n",
			link.Person.Username, link.Expires.Format("2 January 2006 15:04 MST"), c.PublicURL, handlers.PasswordLink(slug, link.Token))
		return err
	})
}

func newUserLeave(term terminal) *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use: "leave USERNAME --trust TRUST", Short: "Close the account of somebody who leaves; sessions, links and tokens end", Args: exactly("USERNAME"),
		Long: "What the person did, their roles and their seats stay for the record. The account cannot be\nopened again, and its user name is not given out again.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				if err := db.Leave(cmd.Context(), who, args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(term.out, "the account of %s is closed\n", args[0])
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	return cmd
}

func newUserPassword(term terminal) *cobra.Command {
	var trust string
	cmd := &cobra.Command{
		Use: "password USERNAME --trust TRUST", Short: "Set a password, read from standard input; the person's sessions end", Args: exactly("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needTrust(trust); err != nil {
				return err
			}
			hash, err := readPassword(term, args[0])
			if err != nil {
				return err
			}
			return inTrust(cmd.Context(), trust, func(db *store.DB, who store.Actor) error {
				if err := db.SetPassword(cmd.Context(), who, args[0], hash); err != nil {
					return err
				}
				_, err := fmt.Fprintf(term.out, "the password of %s is set; their sessions have ended\n", args[0])
				return err
			})
		},
	}
	addTrust(cmd, &trust)
	return cmd
}

// readPassword reads one line and hashes it. A password is never an argument:
// arguments are seen by every user of the machine.
func readPassword(term terminal, username string) (string, error) {
	_, _ = fmt.Fprintf(term.err, "password (at least %d characters): ", access.MinPassword)
	line, err := bufio.NewReader(term.in).ReadString('\n')
	if err != nil && line == "" {
		return "", fault.New(fault.Invalid, "no password came in on standard input")
	}
	return access.HashPassword(username, strings.TrimRight(line, "\r\n"))
}
