package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/migrations"
)

func newMigrate(term terminal) *cobra.Command {
	var rolesSQL, status, down, downAll bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the schema up to date (the private PostgreSQL does it by itself)",
		Long: "Connects with MIGRATE_DATABASE_URL as appointable_migrate and applies what is pending.\n" +
			"Before the first time an administrator of the database runs what --roles-sql prints.",
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if rolesSQL {
				_, err := fmt.Fprint(term.out, migrations.Roles)
				return err
			}
			return withMigrator(cmd.Context(), func(m *store.Migrator) error {
				switch {
				case status:
					list, err := m.Status(cmd.Context())
					return printMigrations(term, list, err, "there is none")
				case down, downAll:
					list, err := m.Down(cmd.Context(), downAll)
					return printMigrations(term, list, err, "nothing to take back")
				}
				list, err := m.Up(cmd.Context())
				return printMigrations(term, list, err, "the schema is up to date")
			})
		},
	}
	cmd.Flags().BoolVar(&rolesSQL, "roles-sql", false, "print the SQL that makes groups and logins, for the database's administrator")
	cmd.Flags().BoolVar(&status, "status", false, "list every migration")
	cmd.Flags().BoolVar(&down, "down", false, "take the latest migration back; its tables and their data are gone")
	cmd.Flags().BoolVar(&downAll, "down-all", false, "take all migrations back; all data is gone")
	cmd.MarkFlagsMutuallyExclusive("roles-sql", "status", "down", "down-all")
	return cmd
}

// withMigrator connects as the owner: to the database of MIGRATE_DATABASE_URL,
// else to the private PostgreSQL.
func withMigrator(ctx context.Context, fn func(*store.Migrator) error) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	dsn := c.MigrateDatabaseURL
	switch {
	case dsn == "" && c.DatabaseURL != "":
		return fault.New(fault.Invalid, "DATABASE_URL is set and MIGRATE_DATABASE_URL is not; migrations need the owner's login")
	case dsn == "":
		d, err := reachPrivate(ctx, c)
		if err != nil {
			return err
		}
		defer d.stop()
		if err := store.EnsureDatabase(ctx, d.super("postgres"), serviceName); err != nil {
			return err
		}
		if err := store.MakeRoles(ctx, d.super(serviceName)); err != nil {
			return err
		}
		dsn = d.private.DSN(migrateLogin, serviceName)
	}
	m, err := store.OpenMigrator(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = m.Close() }()
	return fn(m)
}

func printMigrations(term terminal, list []store.Migration, err error, none string) error {
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(term.out, none)
		return err
	}
	for _, m := range list {
		state := "pending"
		if m.Applied {
			state = "applied"
		}
		if _, err := fmt.Fprintf(term.out, "%s  %s\n", state, m.Name); err != nil {
			return err
		}
	}
	return nil
}
