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

create table trusts (
  trust_id   uuid primary key,
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  name       text not null check (btrim(name) <> ''),
  demo       boolean not null default false,
  created_at timestamptz not null
);

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

create table credentials (
  trust_id      uuid not null,
  person_id     uuid not null,
  password_hash text not null,
  changed_at    timestamptz not null,
  primary key (trust_id, person_id),
  foreign key (trust_id, person_id) references people
);

create table person_roles (
  trust_id  uuid not null,
  person_id uuid not null,
  role      text not null check (role in ('framework-owner', 'recruitment-officer', 'auditor', 'administrator')),
  primary key (trust_id, person_id, role),
  foreign key (trust_id, person_id) references people
);

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

create table sign_in_links (
  trust_id   uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  person_id  uuid not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  primary key (trust_id, token_hash),
  foreign key (trust_id, person_id) references people
);

-- The trust of an address is looked up before anybody is known.
-- +goose StatementBegin
create function find_trust(p_slug text) returns table (trust_id uuid, slug text, name text, demo boolean)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select t.trust_id, t.slug, t.name, t.demo from trusts t where t.slug = p_slug;
  end;
-- +goose StatementEnd

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
