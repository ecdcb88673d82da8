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
comment on table frameworks is 'One version of a framework of values and competencies. Visible to whoever is signed in to the trust. Frozen by trigger from its publication on.';
comment on column frameworks.trust_id is 'The trust whose framework it is.';
comment on column frameworks.framework_id is 'Of this version; the next version of the same framework is another row.';
comment on column frameworks.code is 'Name in files and addresses, as in document.';
comment on column frameworks.version is 'Of the document as its author counts it: 1, 2, …. Not to be taken for revision.';
comment on column frameworks.title is 'As in document; here so that a list need not read every document.';
comment on column frameworks.status is 'draft, then published, then retired; never back.';
comment on column frameworks.document is 'The whole framework: dimensions, criteria, anchors, weights, scale. jsonb does not keep the order of keys; content_hash is over the canonical form that the program writes, not over this text.';
comment on column frameworks.content_hash is 'SHA-256 in hex, fixed at publication. Null, and never empty, for a draft.';
comment on column frameworks.revision is 'Counted up by every change of the row, publishing and retiring included; what If-Match compares and the version of its audit events.';
comment on column frameworks.created_at is 'When the draft was made.';
comment on column frameworks.published_at is 'Null for a draft.';
comment on column frameworks.retired_at is 'Null until then. Campaigns that use a retired version go on.';

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
comment on function frameworks_immutable() is 'Refuses (AP001) any change to what a published framework says, and any step back in its life. What remains possible is to retire it.';

alter table frameworks enable row level security;
create policy own_trust on frameworks using (trust_id = (select app_trust()));
comment on policy own_trust on frameworks is 'The rows of the trust that the transaction works for, to read and to write.';
grant select, insert, update on frameworks to appointable_app;

-- +goose Down
drop table frameworks;
drop function frameworks_immutable();
