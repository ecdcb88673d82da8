-- +goose Up

create table campaigns (
  trust_id             uuid not null references trusts,
  campaign_id          uuid not null,
  code                 text not null,
  title                text not null,
  framework_id         uuid not null,
  document             jsonb not null,
  version              integer not null default 1 check (version > 0),
  phase                text not null default 'draft' check (phase in ('draft', 'scoring', 'moderation', 'deciding', 'decided')),
  framework_sha256     text,
  plan_sha256          text,
  opened_at            timestamptz,
  revealed_at          timestamptz,
  reveal_reason        text not null default '',
  moderated_at         timestamptz,
  decided_at           timestamptz,
  imported_from_sha256 text not null default '',
  imported_in          xid8,
  created_at           timestamptz not null,
  primary key (trust_id, campaign_id),
  unique (trust_id, code),
  foreign key (trust_id, framework_id) references frameworks,
  check ((phase = 'draft') = (plan_sha256 is null))
);
create index campaigns_by_framework on campaigns (trust_id, framework_id);

create table panel_members (
  trust_id      uuid not null,
  campaign_id   uuid not null,
  member_id     uuid not null,
  rater         text not null,
  role          text not null,
  marked_chair  boolean not null default false,
  chair         boolean not null default false,
  optional      boolean not null default false,
  exercises     text[] not null default '{}',
  person_id     uuid,
  primary key (trust_id, campaign_id, member_id),
  unique (trust_id, campaign_id, rater),
  unique (trust_id, campaign_id, person_id),
  foreign key (trust_id, campaign_id) references campaigns,
  foreign key (trust_id, person_id) references people
);
create index panel_members_by_person on panel_members (trust_id, person_id);

create table candidates (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  candidate_id uuid not null,
  code         text not null,
  applied      boolean,
  shortlisted  boolean,
  interviewed  boolean,
  appointable  boolean,
  offered      boolean,
  accepted     boolean,
  withdrawn_at timestamptz,
  version      integer not null default 1 check (version > 0),
  primary key (trust_id, campaign_id, candidate_id),
  unique (trust_id, campaign_id, code),
  foreign key (trust_id, campaign_id) references campaigns
);

create table interests (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  member_id    uuid not null,
  candidate_id uuid not null,
  nature       text not null check (nature in ('knows', 'worked-with', 'supervised', 'related', 'other')),
  details      text not null,
  late         boolean not null,
  declared_at  timestamptz not null,
  outcome      text not null default '' check (outcome in ('', 'marks-stand', 'marks-withdrawn')),
  reason       text not null default '',
  judged_at    timestamptz,
  primary key (trust_id, campaign_id, member_id, candidate_id),
  foreign key (trust_id, campaign_id, member_id) references panel_members,
  foreign key (trust_id, campaign_id, candidate_id) references candidates
);
create index interests_by_candidate on interests (trust_id, campaign_id, candidate_id);

-- The plan is locked before the first mark, and a campaign only moves forward.
-- +goose StatementBegin
create function campaigns_locked() returns trigger language plpgsql as $$
declare
  phases constant text[] := array['draft', 'scoring', 'moderation', 'deciding', 'decided'];
begin
  if old.phase <> 'draft' and (
       new.document is distinct from old.document or new.framework_id <> old.framework_id or new.code <> old.code
       or new.plan_sha256 is distinct from old.plan_sha256 or new.framework_sha256 is distinct from old.framework_sha256) then
    raise exception 'the plan is locked since scoring opened' using errcode = 'AP001';
  end if;
  if array_position(phases, new.phase) not between array_position(phases, old.phase) and array_position(phases, old.phase) + 1 then
    raise exception 'a campaign moves forward one phase at a time' using errcode = 'AP001';
  end if;
  if new.phase in ('moderation', 'deciding', 'decided') and not exists (
       select from reveals r where r.trust_id = new.trust_id and r.campaign_id = new.campaign_id) then
    raise exception 'the marks have not been revealed' using errcode = 'AP001';
  end if;
  if new.imported_in is distinct from old.imported_in then
    raise exception 'how a campaign began does not change' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger campaigns_locked before update on campaigns for each row execute function campaigns_locked();

alter table campaigns enable row level security;
alter table panel_members enable row level security;
alter table candidates enable row level security;
alter table interests enable row level security;
create policy own_trust on campaigns using (trust_id = (select app_trust()));
create policy own_trust on panel_members using (trust_id = (select app_trust()));
create policy own_trust on candidates using (trust_id = (select app_trust()));
create policy own_trust on interests using (trust_id = (select app_trust()));
grant select, insert, update on campaigns, panel_members, candidates, interests to appointable_app;
grant delete on panel_members, candidates to appointable_app;

-- +goose Down
drop table interests, candidates, panel_members, campaigns;
drop function campaigns_locked();
