package store_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"appointable/internal/store/storetest"
)

// Tests that read the catalogue of a migrated database, so that a table added
// later cannot forget a rule.

var update = flag.Bool("update", false, "write the golden files of this package anew")

// catalogue asks the catalogue for lines of text. The query may read tables,
// functions (ours) and names (our schemas, and goose's table in one).
func catalogue(t *testing.T, db *sqlx.DB, query string) []string {
	t.Helper()
	lines := []string{}
	if err := db.SelectContext(t.Context(), &lines, `
		with names as (select '{public,identity,monitoring}'::regnamespace[] as ours, 'goose_db_version'::regclass as goose),
		tables as (select c.* from pg_class c, names where c.relnamespace = any(ours) and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.oid <> goose),
		of_a_trust as (select * from tables where oid <> 'access_rules'::regclass), -- the only one of none
		functions as (select p.* from pg_proc p, names where p.pronamespace = any(ours)),
		answer (line) as (`+query+`)
		select line from answer order by line`); err != nil {
		t.Fatal(err)
	}
	return lines
}

func superuser(t *testing.T, d storetest.Database) *sqlx.DB {
	t.Helper()
	db, err := sqlx.ConnectContext(t.Context(), "postgres", d.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestSchemaFollowsItsRules(t *testing.T) {
	t.Parallel()
	db := superuser(t, server.Database(t))
	for _, rule := range []struct{ name, offenders string }{
		{"every table has a comment", `select relname from tables where obj_description(oid, 'pg_class') is null`},
		{"every column has a comment", `
			select t.relname || '.' || a.attname from tables t join pg_attribute a on a.attrelid = t.oid
			 where a.attnum > 0 and not a.attisdropped and col_description(t.oid, a.attnum) is null`},
		{"every function has a comment", `select oid::regprocedure::text from functions where obj_description(oid, 'pg_proc') is null`},
		{"every policy has a comment", `
			select t.relname || ': ' || p.polname from tables t join pg_policy p on p.polrelid = t.oid
			 where obj_description(p.oid, 'pg_policy') is null`},
		{"a comment is a sentence", `
			select description from pg_description, names
			 where (classoid = 'pg_class'::regclass and objoid in (select oid from tables)
			     or classoid = 'pg_proc'::regclass and objoid in (select oid from functions))
			   and description !~ '^.{10,}\.$'`},

		{"row-level security is on everywhere", `select relname from tables where relkind <> 'v' and not relrowsecurity`},
		// Forced, the owner's backfill says UPDATE 0 and pg_dump dumps nothing.
		{"row-level security is forced nowhere", `select relname from tables where relforcerowsecurity`},
		{"every table has a policy", `select relname from tables t where not exists (select from pg_policy p where p.polrelid = t.oid)`},
		// The sequencer's own policies cannot: it works for all trusts at once and
		// at nobody's request. They are bound in another way: to its group alone,
		// and to the tables of the next rule.
		{"every policy asks for the trust", `
			select t.relname || ': ' || p.polname from of_a_trust t join pg_policy p on p.polrelid = t.oid
			 where p.polroles <> array['appointable_sequencer'::regrole::oid] and (coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) !~ '\(?trust_id = \( SELECT app_trust\(\)'
			    or pg_get_expr(polwithcheck, polrelid) !~ 'trust_id = \( SELECT app_trust\(\)')`},
		{"the sequencer sees events and the log, and no payload, mark or person", `
			select t.relname || ': ' || p.polname from tables t join pg_policy p on p.polrelid = t.oid
			 where 'appointable_sequencer'::regrole = any(p.polroles)
			   and relname not in ('trusts', 'audit_events') and relname not like 'log\_%'`},
		{"views look with the eyes of who asks", `
			select relname from tables where relkind = 'v' and not coalesce(reloptions::text[] && '{security_invoker=true,security_invoker=on}', false)`},

		{"there is no sequence but goose's", `
			select c.relname from pg_class c, names where c.relkind = 'S' and not exists (
			       select from pg_depend d where d.objid = c.oid and d.refobjid = goose)`},
		{"every table has a primary key", `
			select relname from tables t where relkind = 'r' and not exists (select from pg_constraint c where c.conrelid = t.oid and c.contype = 'p')`},
		// The trust of an address is looked up by its short name before anybody
		// is known: the one key that cannot begin with the trust.
		{"the trust leads every key and index", `
			select c.relname from of_a_trust t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
			  join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
			 where a.attname <> 'trust_id' and c.relname <> 'trusts_slug_key'`},
		{"no foreign key crosses trusts", `
			select k.conname from pg_constraint k join names on k.connamespace = any(ours)
			  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
			  join pg_attribute f on f.attrelid = k.confrelid and f.attnum = k.confkey[1]
			 where k.contype = 'f' and (a.attname <> 'trust_id' or f.attname <> 'trust_id')`},
		{"the trust is never absent", `
			select t.relname from of_a_trust t left join pg_attribute a on a.attrelid = t.oid and a.attname = 'trust_id'
			 where a.attnotnull is not true`},
		// A part of the program and not of what anybody stores in it.
		{"what belongs to no trust is only read, and names nobody", `
			select t.relname from tables t, pg_attribute a
			 where t.oid not in (select oid from of_a_trust) and a.attrelid = t.oid and a.attnum > 0
			   and (a.atttypid <> 'text'::regtype or has_table_privilege('appointable_web', t.oid, 'insert, update, delete'))`},
		// A delete or an update that spreads would change rows without an event.
		{"nothing cascades", `
			select conname from pg_constraint join names on connamespace = any(ours)
			 where contype = 'f' and (confdeltype <> 'a' or confupdtype <> 'a')`},

		{"functions of the owner fix their search path", `
			select oid::regprocedure::text from functions
			 where prosecdef and not coalesce(proconfig && array['search_path=public, pg_temp'], false)`},
		{"functions of the owner are not for everybody", `
			select oid::regprocedure::text from functions
			 where prosecdef and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))`},
		{"everything belongs to the owner", `
			select relname || ' belongs to ' || relowner::regrole from tables where relowner <> 'appointable_owner'::regrole
			union all
			select oid::regprocedure || ' belongs to ' || proowner::regrole from functions where proowner <> 'appointable_owner'::regrole`},
		{"the service owns nothing", `
			select classid::regclass || ' ' || objid from pg_shdepend
			 where deptype = 'o' and refobjid in ('appointable_app'::regrole, 'appointable_web'::regrole, 'appointable_sequencer'::regrole, 'appointable_sequence'::regrole, 'appointable_monitoring'::regrole, 'appointable_monitor'::regrole)`},
		{"the record can only be added to", `
			select relname || ': ' || p || ' by ' || login
			  from tables, unnest(array['appointable_web', 'appointable_sequence', 'appointable_monitor']) login, unnest(array['update', 'delete', 'truncate', 'references', 'trigger']) p
			 where (relname like 'audit\_%' or relname in ('log_leaves', 'log_hashes', 'log_checkpoints')) and has_table_privilege(login, oid, p)`},
		{"the service cannot write the log", `
			select relname || ': ' || p from tables, unnest(array['insert', 'update', 'delete']) p
			 where relname like 'log\_%' and has_table_privilege('appointable_web', oid, p)`},
		{"nobody truncates or references", `
			select relname || ': ' || p || ' by ' || login from tables, unnest(array['appointable_web', 'appointable_sequence', 'appointable_monitor']) login, unnest(array['truncate', 'references', 'trigger']) p
			 where has_table_privilege(login, oid, p)`},
		{"one column is not granted apart from its row", `
			select t.relname || '.' || a.attname from tables t join pg_attribute a on a.attrelid = t.oid where a.attacl is not null`},
	} {
		t.Run(rule.name, func(t *testing.T) {
			if offenders := catalogue(t, db, rule.offenders); len(offenders) > 0 {
				t.Errorf("broken by:\n%s", strings.Join(offenders, "\n"))
			}
		})
	}
}

// The rules above are worth as much as the catalogue that they see.
func TestRulesSeeTheSchema(t *testing.T) {
	t.Parallel()
	db := superuser(t, server.Database(t))
	tables := catalogue(t, db, `select relname from tables`)
	if len(tables) < 20 || !slices.Contains(tables, "scores") || slices.Contains(tables, "goose_db_version") {
		t.Errorf("the rules look at the tables %v", tables)
	}
	if functions := catalogue(t, db, `select proname from functions`); len(functions) < 10 {
		t.Errorf("the rules look at the functions %v", functions)
	}
}

// What the logins of the service and of the sequencer may do, line by line, so
// that a right that is added is seen in review.
func TestRightsOfTheService(t *testing.T) {
	t.Parallel()
	golden(t, "rights.golden", rightsOf(t, superuser(t, server.Database(t)), "appointable_web", "appointable_app"))
}

func TestRightsOfTheSequencer(t *testing.T) {
	t.Parallel()
	golden(t, "rights-sequencer.golden", rightsOf(t, superuser(t, server.Database(t)), "appointable_sequence", "appointable_sequencer"))
}

func TestRightsOfTheVault(t *testing.T) {
	t.Parallel()
	golden(t, "rights-vault.golden", rightsOf(t, superuser(t, server.Database(t)), "appointable_monitor", "appointable_monitoring"))
}

// rightsOf lists what a login may do; attributes are those of its group too.
func rightsOf(t *testing.T, db *sqlx.DB, login, group string) string {
	t.Helper()
	lines := catalogue(t, db, strings.NewReplacer("$login", "'"+login+"'", "$group", "'"+group+"'").Replace(`
		select 'table ' || c.relname || ': ' || string_agg(p, ', ' order by p) from pg_class c, names,
		       unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
		 where c.relnamespace = any(ours) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and has_table_privilege($login, c.oid, p)
		 group by c.relname
		union all
		select 'function ' || oid::regprocedure || case when prosecdef then ' as its owner' else '' end
		  from functions where has_function_privilege($login, oid, 'execute')
		union all
		select 'schema ' || nspname || ': ' || p from pg_namespace, unnest(array['usage', 'create']) p
		 where nspname !~ '^pg_' and nspname <> 'information_schema' and has_schema_privilege($login, oid, p)
		union all
		select 'database: ' || p from unnest(array['connect', 'create', 'temporary']) p
		 where has_database_privilege($login, current_database(), p)
		union all
		select 'member of ' || roleid::regrole from pg_auth_members where member = $login::regrole
		union all
		select 'attribute ' || key from pg_roles r, jsonb_each_text(to_jsonb(r)) as attribute (key, value)
		 where r.rolname in ($login, $group) and key ~ '^rol(super|bypassrls|create|replication)' and value = 'true'`))
	return strings.Join(lines, "\n") + "\n"
}

// golden compares with a file of testdata, or writes it under -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; if the change is meant: go test ./internal/store -update)\n%s", path, diff)
	}
}

func TestCheckRefusesLoginsThatSeeEverything(t *testing.T) {
	t.Parallel()
	d := server.Database(t)
	admin := superuser(t, d)
	// Roles belong to the whole server: the name must not meet another test's.
	if _, err := admin.ExecContext(t.Context(), `create role sees_everything login bypassrls in role appointable_app`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = admin.ExecContext(context.Background(), `drop role sees_everything`) })
	for login, ok := range map[string]bool{"appointable_web": true, "appointable_migrate": false, "postgres": false, "sees_everything": false} {
		w := &world{t: t, ctx: t.Context(), db: openAs(t, d, login)}
		err := w.db.Check(w.ctx)
		if ok {
			w.must(err)
			continue
		}
		w.refused(err, "invalid")
	}
}
