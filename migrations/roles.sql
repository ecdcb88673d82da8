-- Groups and logins, before the first migration. Roles belong to the whole
-- cluster and not to one database, so this step is idempotent and takes a lock:
-- made at once from several databases without one, most attempts fail. An
-- advisory lock would not do, since each database has its own: what is locked
-- is the first role itself.
-- `appointable migrate` runs it by itself where its login may create roles;
-- elsewhere an administrator runs what `appointable migrate --roles-sql` prints.
--
-- Nobody here has a password: on a managed PostgreSQL give each login one, or
-- map it in pg_hba.conf or by certificate.
begin;
do $$
begin
  if not exists (select from pg_roles where rolname = 'appointable_owner') then
    create role appointable_owner nologin;
  end if;
exception when duplicate_object or unique_violation then
  null; -- somebody else was making it, for whose commit this has waited
end
$$;
-- Comments on a role are written one after the other, whatever the database:
-- this is the lock.
comment on role appointable_owner is 'Appointable: owns every table and function.';
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('appointable_app',        'nologin', null,                'Appointable: what the service may do.'),
      ('appointable_monitoring', 'nologin', null,                'Appointable: the only group that reads protected characteristics.'),
      ('appointable_sequencer',  'nologin', null,                'Appointable: orders and signs the audit log.'),
      ('appointable_migrate',    'login',   'appointable_owner', 'Appointable: login of whoever changes the schema.'),
      ('appointable_web',        'login',   'appointable_app',   'Appointable: login of the service.'),
      ('appointable_monitor',    'login',   'appointable_monitoring', 'Appointable: login of the monitoring vault.'),
      ('appointable_sequence',   'login',   'appointable_sequencer', 'Appointable: login of whatever orders and signs the log.')
    ) as r (name, kind, member_of, purpose)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.kind);
      execute format('comment on role %I is %L', wanted.name, wanted.purpose);
      if wanted.name = 'appointable_sequence' then
        -- It asks the same small question five times a second, and PostgreSQL
        -- would compile it each time for a tenth of a second.
        alter role appointable_sequence set jit = off;
      end if;
    end if;
    if wanted.member_of is not null and not pg_has_role(wanted.name, wanted.member_of, 'member') then
      execute format('grant %I to %I', wanted.member_of, wanted.name);
    end if;
  end loop;
end
$$;
-- What a migration makes belongs to the group and not to whoever ran it.
alter role appointable_migrate set role = 'appointable_owner';
-- The owner owns the database that this ran in, so that goose can keep its table.
do $$
begin
  execute format('alter database %I owner to appointable_owner', current_database());
  alter schema public owner to appointable_owner;
end
$$;
commit;
