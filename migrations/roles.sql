-- Groups and logins, before the first migration. Roles belong to the whole
-- cluster and not to one database, so this step is idempotent and takes a lock:
-- made at once from several databases without one, most attempts fail.
-- `appointable migrate` runs it by itself where its login may create roles;
-- elsewhere an administrator runs what `appointable migrate --roles-sql` prints.
--
-- Nobody here has a password: on a managed PostgreSQL give each login one, or
-- map it in pg_hba.conf or by certificate.
begin;
select pg_advisory_xact_lock(hashtext('appointable roles'));
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('appointable_owner',      'nologin', null),                 -- owns every table and function
      ('appointable_app',        'nologin', null),                 -- what the service may do
      ('appointable_monitoring', 'nologin', null),                 -- the only group that reads protected characteristics
      ('appointable_sequencer',  'nologin', null),                 -- orders and signs the audit log
      ('appointable_migrate',    'login',   'appointable_owner'),
      ('appointable_web',        'login',   'appointable_app')
    ) as r (name, kind, member_of)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.kind);
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
