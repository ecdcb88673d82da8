package store

import (
	"context"
	"slices"

	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/fault"
)

// accessColumns are the program's table of access as the database keeps it.
func accessColumns() (actions, roles, phases []string) {
	for _, c := range access.Cells() {
		actions, roles, phases = append(actions, string(c.Action)), append(roles, string(c.Role)), append(phases, string(c.Phase))
	}
	return actions, roles, phases
}

// writeAccess makes the database's table of access that of this program. What
// is equal already is left alone.
func (m *Migrator) writeAccess(ctx context.Context) error {
	tx, err := m.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	actions, roles, phases := accessColumns()
	for _, statement := range []string{`
		delete from access_rules where (action, role, phase) not in (select * from unnest($1::text[], $2::text[], $3::text[]))`, `
		insert into access_rules (action, role, phase) select * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing`,
	} {
		if _, err := tx.ExecContext(ctx, statement, pq.Array(actions), pq.Array(roles), pq.Array(phases)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// sameAccess refuses a database that would allow something else than this
// program.
func (db *DB) sameAccess(ctx context.Context) error {
	var stored []access.Cell
	if err := db.db.SelectContext(ctx, &stored, `select action, role, phase from access_rules`); err != nil {
		return problem(ctx, err)
	}
	ours := access.Cells()
	slices.SortFunc(stored, access.Cell.Compare)
	slices.SortFunc(ours, access.Cell.Compare)
	if !slices.Equal(stored, ours) {
		return fault.New(fault.Conflict, "who may do what differs between the database and this program; run: appointable migrate")
	}
	return nil
}
