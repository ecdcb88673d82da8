-- +goose Up

create table frameworks (
  trust_id     uuid not null references trusts,
  framework_id uuid not null,
  code         text not null,
  version      integer not null check (version > 0),
  title        text not null,
  status       text not null check (status in ('draft', 'published', 'retired')),
  document     jsonb not null,
  content_hash text check (content_hash ~ '^[0-9a-f]{64}$'),
  revision     integer not null default 1 check (revision > 0),
  created_at   timestamptz not null,
  published_at timestamptz,
  retired_at   timestamptz,
  primary key (trust_id, framework_id),
  unique (trust_id, code, version),
  check ((status = 'draft') = (content_hash is null))
);

-- A rubric that changes under a running campaign is what users of such systems
-- complain of most: the database refuses it whatever the program does.
-- +goose StatementBegin
create function frameworks_immutable() returns trigger language plpgsql as $$
begin
  if old.status <> 'draft' and (
       new.document is distinct from old.document or new.code <> old.code or new.version <> old.version
       or new.title <> old.title or new.content_hash is distinct from old.content_hash) then
    raise exception 'a published framework does not change' using errcode = 'AP001';
  end if;
  if old.status = 'retired' and new.status <> 'retired' or old.status = 'published' and new.status = 'draft' then
    raise exception 'a framework does not go back' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger frameworks_immutable before update on frameworks for each row execute function frameworks_immutable();

alter table frameworks enable row level security;
create policy own_trust on frameworks using (trust_id = (select app_trust()));
grant select, insert, update on frameworks to appointable_app;

-- +goose Down
drop table frameworks;
drop function frameworks_immutable();
