-- +goose Up

revoke all on schema public from public;
grant usage on schema public to appointable_app, appointable_monitoring, appointable_sequencer;
grant select on goose_db_version to appointable_app; -- serve refuses a schema with pending migrations

-- After a transaction that set it, the setting reads '' and not null.
-- Policies call these inside (select …), which makes them an initplan: once a
-- statement and not once a row.
create function app_trust() returns uuid
  language sql stable
  return nullif(current_setting('app.trust', true), '')::uuid;

create function app_person() returns uuid
  language sql stable
  return nullif(current_setting('app.person', true), '')::uuid;

create function app_member() returns uuid
  language sql stable
  return nullif(current_setting('app.member', true), '')::uuid;

comment on function app_trust() is 'The trust that the transaction works for, as enter() set it; null where nothing did, and then no policy lets a row through.';
comment on function app_person() is 'The person who asks; null for the command line at the server and before anybody has signed in.';
comment on function app_member() is 'The panel seat of the person who asks, in the campaign that the transaction entered; null without a seat there.';

create table trusts (
  trust_id   uuid primary key,
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  name       text not null check (btrim(name) <> ''),
  demo       boolean not null default false,
  created_at timestamptz not null
);
comment on table trusts is 'An NHS trust; every other row belongs to one. The service sees only the one it works for and cannot make one: that takes the login of the owner.';
comment on column trusts.trust_id is 'UUIDv7 made by the program, as every id in this schema. First in every key and index, so that trusts can be placed on further servers.';
comment on column trusts.slug is 'Short name in every address. Its unique key is the only one that does not begin with trust_id: it is looked up before the trust is known.';
comment on column trusts.name is 'What people read.';
comment on column trusts.demo is 'Made by the demo: one-time sign-in links without a password are allowed here and nowhere else.';
comment on column trusts.created_at is 'By the clock of the program and not of the database, as every time in this schema.';

create table people (
  trust_id     uuid not null references trusts,
  person_id    uuid not null,
  username     text not null check (username = lower(username) and username ~ '^[^\s]{2,100}$'),
  display_name text not null check (btrim(display_name) <> ''),
  version      integer not null default 1 check (version > 0),
  created_at   timestamptz not null,
  left_at      timestamptz,
  primary key (trust_id, person_id),
  unique (trust_id, username)
);
comment on table people is 'An account of a trust: an officer, a panel member, an auditor. Candidates have none. Visible to the service within the trust; who may list them is decided in the program.';
comment on column people.trust_id is 'Whose account it is. Somebody who works with two trusts has two accounts.';
comment on column people.person_id is 'Never used again after the person has left: the audit log names people by it.';
comment on column people.username is 'Lower case always, so that no two differ by case alone.';
comment on column people.display_name is 'The name that colleagues read; never in the audit log.';
comment on column people.version is 'Counted up by every change of the account, its roles and its password; the version of its audit events.';
comment on column people.created_at is 'When the account was made.';
comment on column people.left_at is 'Null while the account is in use. Accounts are not deleted, because sheets and events name them.';

create table credentials (
  trust_id      uuid not null,
  person_id     uuid not null,
  password_hash text not null,
  changed_at    timestamptz not null,
  primary key (trust_id, person_id),
  foreign key (trust_id, person_id) references people
);
comment on table credentials is 'Passwords, apart from people so that listing people cannot leak a hash. No row: the person cannot sign in with a password.';
comment on column credentials.trust_id is 'The trust of the person.';
comment on column credentials.person_id is 'Whose password it is; one a person.';
comment on column credentials.password_hash is 'argon2id with its salt and settings, in the usual $-separated text.';
comment on column credentials.changed_at is 'When it was set; every session of the person ended then.';

create table person_roles (
  trust_id  uuid not null,
  person_id uuid not null,
  role      text not null check (role in ('framework-owner', 'recruitment-officer', 'auditor', 'administrator')),
  primary key (trust_id, person_id, role),
  foreign key (trust_id, person_id) references people
);
comment on table person_roles is 'The roles a person holds in the whole trust. Chair and panel member are not here: those are seats in panel_members, held in one campaign.';
comment on column person_roles.trust_id is 'The trust in which the role is held.';
comment on column person_roles.person_id is 'Who holds it.';
comment on column person_roles.role is 'What each role may do is the table of package access, not of the database.';

create table sessions (
  trust_id   uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  person_id  uuid not null,
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  expires_at timestamptz not null,
  primary key (trust_id, token_hash),
  foreign key (trust_id, person_id) references people
);
create index sessions_by_person on sessions (trust_id, person_id);
comment on table sessions is 'Who is signed in. The service finds a session through find_session() before it knows for whom it works, and deletes it to end it.';
comment on column sessions.trust_id is 'A session is good in this trust only.';
comment on column sessions.token_hash is 'SHA-256 of the token. The token itself is stored nowhere: who reads this table cannot sign in with it.';
comment on column sessions.person_id is 'Who is signed in; one person may have several sessions.';
comment on column sessions.created_at is 'When the person signed in.';
comment on column sessions.seen_at is 'Last use, up to a minute late: it is written at most once a minute.';
comment on column sessions.expires_at is 'The end whatever the use. An unused session ends earlier, by the idle time that find_session() is given.';

create table sign_in_links (
  trust_id   uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  person_id  uuid not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  primary key (trust_id, token_hash),
  foreign key (trust_id, person_id) references people
);
comment on table sign_in_links is 'One-time sign-in links of a demo trust; empty in every other.';
comment on column sign_in_links.trust_id is 'The trust that the link opens.';
comment on column sign_in_links.token_hash is 'SHA-256 of the token in the link, which is stored nowhere.';
comment on column sign_in_links.person_id is 'Whom the link signs in.';
comment on column sign_in_links.expires_at is 'The link is refused from this moment on.';
comment on column sign_in_links.used_at is 'Null while it can be used; a link is used once.';

-- The trust of an address is looked up before anybody is known.
-- +goose StatementBegin
create function find_trust(p_slug text) returns table (trust_id uuid, slug text, name text, demo boolean)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select t.trust_id, t.slug, t.name, t.demo from trusts t where t.slug = p_slug;
  end;
-- +goose StatementEnd
comment on function find_trust(text) is 'The trust with this short name, as the owner: nobody is known yet, so row-level security would show none. Tells no more than a page before sign-in does.';

-- Who holds a session token: one round trip for a request. Sessions unused for
-- p_idle are over; the time of use is written at most once a minute, so that
-- reading a page does not cost a write.
-- +goose StatementBegin
create function find_session(p_trust uuid, p_token_hash bytea, p_now timestamptz, p_idle interval)
  returns table (person_id uuid, username text, display_name text, roles text[])
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  found_person uuid;
  last_seen timestamptz;
begin
  select s.person_id, s.seen_at into found_person, last_seen
    from sessions s
   where s.trust_id = p_trust and s.token_hash = p_token_hash
     and s.expires_at > p_now and s.seen_at > p_now - p_idle;
  if not found then
    return;
  end if;
  if last_seen < p_now - interval '1 minute' then
    update sessions s set seen_at = p_now
     where s.trust_id = p_trust and s.token_hash = p_token_hash and s.seen_at < p_now;
  end if;
  return query
    select p.person_id, p.username, p.display_name,
           array(select r.role from person_roles r
                  where r.trust_id = p_trust and r.person_id = p.person_id order by r.role)
      from people p
     where p.trust_id = p_trust and p.person_id = found_person and p.left_at is null;
end
$$;
-- +goose StatementEnd
comment on function find_session(uuid, bytea, timestamptz, interval) is 'Who holds the session with this token hash, and their roles in the trust; no row where it is unknown or over or its holder has left. Runs as the owner, because nobody is known yet.';

alter table trusts enable row level security;
alter table people enable row level security;
alter table credentials enable row level security;
alter table person_roles enable row level security;
alter table sessions enable row level security;
alter table sign_in_links enable row level security;
create policy own_trust on trusts for select using (trust_id = (select app_trust()));
create policy own_trust on people using (trust_id = (select app_trust()));
create policy own_trust on credentials using (trust_id = (select app_trust()));
create policy own_trust on person_roles using (trust_id = (select app_trust()));
create policy own_trust on sessions using (trust_id = (select app_trust()));
create policy own_trust on sign_in_links using (trust_id = (select app_trust()));
comment on policy own_trust on trusts is 'To read only: a trust is made and changed by the owner.';
comment on policy own_trust on people is 'The rows of the trust that the transaction works for, to read and to write.';
comment on policy own_trust on credentials is 'Hashes too are visible within the trust: signing in compares them in the program, since argon2id is not for the database to compute.';
comment on policy own_trust on person_roles is 'The rows of the trust that the transaction works for, to read and to write.';
comment on policy own_trust on sessions is 'The rows of the trust that the transaction works for, to read and to write.';
comment on policy own_trust on sign_in_links is 'The rows of the trust that the transaction works for, to read and to write.';

grant select on trusts to appointable_app;
grant select, insert, update on people, credentials, sign_in_links to appointable_app;
grant select, insert, delete on person_roles to appointable_app;
grant select, insert, delete on sessions to appointable_app;
revoke all on function find_trust(text), find_session(uuid, bytea, timestamptz, interval) from public;
grant execute on function find_trust(text), find_session(uuid, bytea, timestamptz, interval) to appointable_app;

-- +goose Down
drop function find_session(uuid, bytea, timestamptz, interval);
drop function find_trust(text);
drop table sign_in_links, sessions, person_roles, credentials, people, trusts;
drop function app_member();
drop function app_person();
drop function app_trust();
