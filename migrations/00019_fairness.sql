-- +goose Up

-- What an audit of fairness found, kept for good. Its log event holds the hash
-- of the result, so that the signed log vouches for it.
create table fairness_runs (
  trust_id      uuid not null,
  run_id        uuid not null,
  campaign_id   uuid,
  from_day      date,
  to_day        date check (to_day >= from_day),
  made_by       text not null,
  reason        text not null,
  engine        text not null,
  seed          bigint not null,
  policy        jsonb not null,
  inputs_sha256 text not null check (inputs_sha256 ~ '^[0-9a-f]{64}$'),
  memory        integer not null check (memory >= 0),
  packed        boolean not null,
  result        bytea not null,
  created_at    timestamptz not null,
  primary key (trust_id, run_id),
  foreign key (trust_id, campaign_id) references campaigns,
  check ((campaign_id is null) = (from_day is not null) and (from_day is null) = (to_day is null))
);
create index fairness_runs_by_campaign on fairness_runs (trust_id, campaign_id, run_id);
comment on table fairness_runs is 'An audit of fairness as it was computed, of one campaign or of those decided in a period. Rows are only ever added.';
comment on column fairness_runs.trust_id is 'The trust that was audited.';
comment on column fairness_runs.run_id is 'UUIDv7, so that its order is that of time.';
comment on column fairness_runs.campaign_id is 'The campaign that was audited; null: a period.';
comment on column fairness_runs.from_day is 'The first day of the period; null: one campaign.';
comment on column fairness_runs.to_day is 'The last day of the period; null: one campaign.';
comment on column fairness_runs.made_by is 'The name, at that time, of who made it; the log event has their id.';
comment on column fairness_runs.reason is 'Why it was made, in the words of who made it.';
comment on column fairness_runs.engine is 'The version of the audit; the same engine, seed, policy, memory and inputs give the same bytes.';
comment on column fairness_runs.seed is 'Of the permutations that are drawn where they are too many to go through.';
comment on column fairness_runs.policy is 'By which small counts are left out.';
comment on column fairness_runs.inputs_sha256 is 'Hash in hex of what was audited, whatever codes it stood under.';
comment on column fairness_runs.memory is 'The version in monitoring.released of what had been shown before; 0: nothing.';
comment on column fairness_runs.packed is 'Whether result is compressed by gzip.';
comment on column fairness_runs.result is 'The JSON of the audit byte for byte, hence not jsonb. No count in it that the policy withholds.';
comment on column fairness_runs.created_at is 'When it was stored.';

create table fairness_run_campaigns (
  trust_id    uuid not null,
  run_id      uuid not null,
  campaign_id uuid not null,
  primary key (trust_id, run_id, campaign_id),
  foreign key (trust_id, run_id) references fairness_runs,
  foreign key (trust_id, campaign_id) references campaigns
);
create index fairness_run_campaigns_by_campaign on fairness_run_campaigns (trust_id, campaign_id, run_id);
comment on table fairness_run_campaigns is 'The campaigns that an audit of fairness looked at: whoever sits on the panel of one of them does not see it.';
comment on column fairness_run_campaigns.trust_id is 'The trust that was audited.';
comment on column fairness_run_campaigns.run_id is 'The audit.';
comment on column fairness_run_campaigns.campaign_id is 'A campaign in it.';

-- +goose StatementBegin
create function app_undecided() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select c.campaign_id from campaigns c where c.trust_id = app_trust() and c.phase <> 'decided';
  end;
-- +goose StatementEnd
comment on function app_undecided() is 'The campaigns of the trust that are not decided. As the owner, since the policy of campaigns shows one alone where one was entered.';
revoke all on function app_undecided() from public;
grant execute on function app_undecided() to appointable_app;

alter table fairness_runs enable row level security;
alter table fairness_run_campaigns enable row level security;
create policy seen on fairness_run_campaigns for select using (trust_id = (select app_trust()) and (select app_may('audit-fairness', 'read-fairness')));
comment on policy seen on fairness_run_campaigns is 'To read: whoever reads audits of fairness at all; it says no more than which campaigns were audited.';
create policy audited on fairness_run_campaigns for insert with check (
  trust_id = (select app_trust()) and (select app_may('audit-fairness')) and campaign_id not in (select app_seats()));
comment on policy audited on fairness_run_campaigns is 'To add: whoever audits, and sits on none of the panels.';
create policy seen on fairness_runs for select using (
  trust_id = (select app_trust()) and (select app_may('audit-fairness', 'read-fairness'))
  and not exists (
    select from fairness_run_campaigns c
     where c.trust_id = fairness_runs.trust_id and c.run_id = fairness_runs.run_id and c.campaign_id in (select app_seats()))
  and ((select app_may('audit-fairness')) or not exists (
    select from fairness_run_campaigns c
     where c.trust_id = fairness_runs.trust_id and c.run_id = fairness_runs.run_id and c.campaign_id in (select app_undecided()))));
comment on policy seen on fairness_runs is 'To read: whoever audits, and once all its campaigns are decided whoever reads audits; nobody who sits on the panel of one of them.';
create policy audited on fairness_runs for insert with check (
  trust_id = (select app_trust()) and (select app_may('audit-fairness'))
  and (campaign_id is null or campaign_id not in (select app_seats())));
comment on policy audited on fairness_runs is 'To add: whoever audits, and does not sit on the panel.';
grant select, insert on fairness_runs, fairness_run_campaigns to appointable_app;

-- What was ever shown, by which the next audit decides what it may show beside
-- it. It holds true counts, so it is where the characteristics are.
create table monitoring.released (
  trust_id   uuid not null,
  version    integer not null check (version > 0),
  packed     boolean not null,
  memory     bytea not null,
  created_at timestamptz not null,
  primary key (trust_id, version),
  foreign key (trust_id) references public.trusts
);
comment on table monitoring.released is 'What audits of fairness have shown so far, with the true counts behind it, version by version: each audit follows on from the one before. Rows are only ever added.';
comment on column monitoring.released.trust_id is 'The trust that was audited.';
comment on column monitoring.released.version is 'From 1, without a gap.';
comment on column monitoring.released.packed is 'Whether memory is compressed by gzip.';
comment on column monitoring.released.memory is 'JSON by characteristic, for the program alone.';
comment on column monitoring.released.created_at is 'When the audit was made.';
alter table monitoring.released enable row level security;
create policy own_trust on monitoring.released using (trust_id = (select app_trust()));
comment on policy own_trust on monitoring.released is 'The rows of the trust that the transaction works for. Nobody but the owner has a right to use it.';

-- +goose StatementBegin
create function recall_released(p_recall uuid, p_event uuid, p_version integer) returns table (version integer, packed boolean, memory bytea)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if not app_may('audit-fairness') or not is_on_record(p_event, 'monitoring.recalled', p_recall) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
  end if;
  return query
    select r.version, r.packed, r.memory from monitoring.released r
     where r.trust_id = app_trust() and (p_version is null or r.version = p_version) order by r.version desc limit 1;
end
$$;
-- +goose StatementEnd
comment on function recall_released(uuid, uuid, integer) is 'What audits had shown by a version, null being the latest, to whoever audits and has put that on record in this transaction; else refused (42501).';

-- +goose StatementBegin
create function keep_released(p_release uuid, p_event uuid, p_version integer, p_packed boolean, p_memory bytea, p_now timestamptz) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if not app_may('audit-fairness') or not is_on_record(p_event, 'monitoring.released', p_release) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
  end if;
  if p_version > 1 and not exists (select from monitoring.released r where r.trust_id = app_trust() and r.version = p_version - 1) then
    raise exception 'a version of what was released is missing' using errcode = 'AP001';
  end if;
  insert into monitoring.released (trust_id, version, packed, memory, created_at) values (app_trust(), p_version, p_packed, p_memory, p_now);
end
$$;
-- +goose StatementEnd
comment on function keep_released(uuid, uuid, integer, boolean, bytea, timestamptz) is 'Keeps what an audit is about to show, as the next version: before it is shown, and once (23505 where another audit was faster). Refused (42501) to whoever does not audit, or has not put it on record in this transaction.';
revoke all on function recall_released(uuid, uuid, integer), keep_released(uuid, uuid, integer, boolean, bytea, timestamptz) from public;
grant execute on function recall_released(uuid, uuid, integer), keep_released(uuid, uuid, integer, boolean, bytea, timestamptz) to appointable_monitoring;

-- Who sits on a panel reads nothing of it, auditor or not.
-- +goose StatementBegin
create or replace function monitoring_reading(p_event uuid, p_what text) returns setof uuid
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  said jsonb;
  closed text;
begin
  select convert_from(p.payload, 'UTF8')::jsonb into said
    from audit_events e join audit_payloads p on p.trust_id = e.trust_id and p.event_id = e.event_id
   where e.trust_id = app_trust() and e.event_id = p_event and e.kind = 'monitoring.read'
     and e.actor_id is not distinct from app_person() and e.xmin = pg_current_xact_id()::xid and app_may('read-monitoring');
  if said is null or said ->> 'what' is distinct from p_what or btrim(said ->> 'reason') = '' then
    raise exception 'not allowed to read this, or not on record with a reason' using errcode = '42501';
  end if;
  if exists (
    select from campaigns c
     where c.trust_id = app_trust() and c.code in (select jsonb_array_elements_text(said -> 'campaigns')) and c.campaign_id in (select app_seats())) then
    raise exception 'whoever has a seat on the panel of a campaign does not read this of it' using errcode = '42501';
  end if;
  select string_agg(n.code, ', ' order by n.code) into closed
    from jsonb_array_elements_text(said -> 'campaigns') as n (code)
   where not exists (
         select from campaigns c where c.trust_id = app_trust() and c.code = n.code
            and (c.phase = 'decided' or p_what = 'funnel' and shortlist_locked(c.campaign_id)));
  if closed is not null then
    raise exception 'the characteristics of candidates are read once the decision is recorded; it is not, or there is no such campaign: %', left(closed, 200) using errcode = 'AP001';
  end if;
  return query
    select c.campaign_id from campaigns c
     where c.trust_id = app_trust() and c.code in (select jsonb_array_elements_text(said -> 'campaigns'));
end
$$;
-- +goose StatementEnd
comment on function monitoring_reading(uuid, text) is 'The campaigns of which this transaction has put on record, with a reason, that it reads this. Refused (42501) where it has not, and to whoever has a seat on the panel of one of them; (AP001) where a campaign is not decided, nor, for the funnel, its shortlist locked. For the functions below alone.';

comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet, prior, monitoring, reading or fairness.';

-- +goose Down
comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet, prior or reading.';
-- +goose StatementBegin
create or replace function monitoring_reading(p_event uuid, p_what text) returns setof uuid
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  said jsonb;
  closed text;
begin
  select convert_from(p.payload, 'UTF8')::jsonb into said
    from audit_events e join audit_payloads p on p.trust_id = e.trust_id and p.event_id = e.event_id
   where e.trust_id = app_trust() and e.event_id = p_event and e.kind = 'monitoring.read'
     and e.actor_id is not distinct from app_person() and e.xmin = pg_current_xact_id()::xid and app_may('read-monitoring');
  if said is null or said ->> 'what' is distinct from p_what or btrim(said ->> 'reason') = '' then
    raise exception 'not allowed to read this, or not on record with a reason' using errcode = '42501';
  end if;
  select string_agg(n.code, ', ' order by n.code) into closed
    from jsonb_array_elements_text(said -> 'campaigns') as n (code)
   where not exists (
         select from campaigns c where c.trust_id = app_trust() and c.code = n.code
            and (c.phase = 'decided' or p_what = 'funnel' and shortlist_locked(c.campaign_id)));
  if closed is not null then
    raise exception 'the characteristics of candidates are read once the decision is recorded; it is not, or there is no such campaign: %', left(closed, 200) using errcode = 'AP001';
  end if;
  return query
    select c.campaign_id from campaigns c
     where c.trust_id = app_trust() and c.code in (select jsonb_array_elements_text(said -> 'campaigns'));
end
$$;
-- +goose StatementEnd
comment on function monitoring_reading(uuid, text) is 'The campaigns of which this transaction has put on record, with a reason, that it reads this. Refused (42501) where it has not; (AP001) where a campaign is not decided, nor, for the funnel, its shortlist locked. For the functions below alone.';
drop function keep_released(uuid, uuid, integer, boolean, bytea, timestamptz);
drop function recall_released(uuid, uuid, integer);
drop table monitoring.released;
drop table fairness_run_campaigns, fairness_runs;
drop function app_undecided();
