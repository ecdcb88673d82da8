-- +goose Up

-- A row here opens the marks of a campaign to its whole panel. The program
-- cannot write one: only the functions below do, as their owner, because a
-- member who may see nothing but their own sheets cannot tell that theirs was
-- the last.
create table reveals (
  trust_id    uuid not null,
  campaign_id uuid not null,
  revealed_at timestamptz not null,
  reason      text not null default '',
  primary key (trust_id, campaign_id),
  foreign key (trust_id, campaign_id) references campaigns
);

create table sheets (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  sheet_id     uuid not null,
  member_id    uuid not null,
  candidate_id uuid not null,
  exercise     text not null,
  required     boolean not null,
  state        text not null default 'draft' check (state in ('draft', 'submitted', 'withdrawn')),
  version      integer not null default 1 check (version > 0),
  submitted_at timestamptz,
  primary key (trust_id, campaign_id, sheet_id),
  unique (trust_id, campaign_id, member_id, candidate_id, exercise),
  foreign key (trust_id, campaign_id, member_id) references panel_members,
  foreign key (trust_id, campaign_id, candidate_id) references candidates,
  check ((state = 'draft') = (submitted_at is null))
);
create index sheets_by_candidate on sheets (trust_id, campaign_id, candidate_id);
create index sheets_open on sheets (trust_id, campaign_id) where state = 'draft' and required;

create table scores (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  sheet_id     uuid not null,
  member_id    uuid not null,
  criterion    text not null,
  score        double precision check (score = score and abs(score) < 'infinity'),
  not_observed boolean not null default false,
  evidence     text not null default '',
  primary key (trust_id, campaign_id, sheet_id, criterion),
  foreign key (trust_id, campaign_id, sheet_id) references sheets
);

create table score_revisions (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  sheet_id     uuid not null,
  member_id    uuid not null,
  criterion    text not null,
  revision     integer not null check (revision > 0),
  score        double precision check (score = score and abs(score) < 'infinity'),
  not_observed boolean not null,
  evidence     text not null,
  reason       text not null check (btrim(reason) <> ''),
  revised_at   timestamptz not null,
  primary key (trust_id, campaign_id, sheet_id, criterion, revision),
  foreign key (trust_id, campaign_id, sheet_id, criterion) references scores
);

create table psychometric_results (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  candidate_id uuid not null,
  instrument   text not null,
  scale        text not null,
  score        double precision not null check (score = score and abs(score) < 'infinity'),
  taken_on     date,
  primary key (trust_id, campaign_id, candidate_id, instrument, scale),
  foreign key (trust_id, campaign_id, candidate_id) references candidates
);

-- A submitted mark changes only where what it was is kept in the same
-- transaction, with a reason.
-- +goose StatementBegin
create function scores_kept() returns trigger language plpgsql as $$
declare
  sheet_state text;
begin
  select s.state into sheet_state from sheets s
   where s.trust_id = new.trust_id and s.campaign_id = new.campaign_id and s.sheet_id = new.sheet_id;
  if sheet_state = 'draft' then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- An upsert comes by here first; where the mark is there already it comes
    -- again as an update and is judged below.
    if exists (select from scores m where m.trust_id = new.trust_id and m.campaign_id = new.campaign_id
                  and m.sheet_id = new.sheet_id and m.criterion = new.criterion)
       or exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id
                  and c.imported_in = pg_current_xact_id()) then
      return new;
    end if;
    raise exception 'a submitted sheet takes no further mark' using errcode = 'AP001';
  end if;
  if sheet_state = 'submitted' and exists (
       select from score_revisions r
        where r.trust_id = old.trust_id and r.campaign_id = old.campaign_id and r.sheet_id = old.sheet_id and r.criterion = old.criterion
          and r.revision = (select max(m.revision) from score_revisions m
                             where m.trust_id = old.trust_id and m.campaign_id = old.campaign_id and m.sheet_id = old.sheet_id and m.criterion = old.criterion)
          and r.score is not distinct from old.score and r.not_observed = old.not_observed and r.evidence = old.evidence
          and r.xmin = pg_current_xact_id()::xid)
     and exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id and c.phase = 'moderation') then
    return new;
  end if;
  raise exception 'a submitted mark changes only by a revision, in moderation' using errcode = 'AP001';
end
$$;
-- +goose StatementEnd
create trigger scores_kept before insert or update on scores for each row execute function scores_kept();

-- A sheet goes draft → submitted → withdrawn and never back.
-- +goose StatementBegin
create function sheets_forward() returns trigger language plpgsql as $$
begin
  if old.state <> new.state and (old.state, new.state) not in (('draft', 'submitted'), ('submitted', 'withdrawn')) then
    raise exception 'a sheet does not go back' using errcode = 'AP001';
  end if;
  if old.member_id <> new.member_id or old.candidate_id <> new.candidate_id or old.exercise <> new.exercise then
    raise exception 'a sheet stays with its rater and candidate' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger sheets_forward before update on sheets for each row execute function sheets_forward();

-- How many required sheets are still open, counted as the owner because the
-- asker may see only their own. Counting stops at p_limit.
-- +goose StatementBegin
create function sheets_left(p_trust uuid, p_campaign uuid, p_limit integer) returns integer
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select count(*)::integer
      from (select from sheets s
             where s.trust_id = p_trust and s.campaign_id = p_campaign and s.state = 'draft' and s.required
             limit p_limit) as open;
  end;
-- +goose StatementEnd

-- Opens the marks when every required sheet is in, or when a reason is given.
-- Says how many were missing. The caller holds the lock on the campaign.
-- +goose StatementBegin
create function reveal(p_trust uuid, p_campaign uuid, p_now timestamptz, p_reason text) returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  missing integer;
begin
  if p_trust is distinct from app_trust() then
    raise exception 'another trust''s campaign' using errcode = '42501';
  end if;
  perform from campaigns c where c.trust_id = p_trust and c.campaign_id = p_campaign and c.phase = 'scoring' for update;
  if not found then
    raise exception 'the campaign is not in scoring' using errcode = 'AP001';
  end if;
  select count(*) into missing from sheets s
   where s.trust_id = p_trust and s.campaign_id = p_campaign and s.state = 'draft' and s.required;
  if missing = 0 or btrim(p_reason) <> '' then
    insert into reveals (trust_id, campaign_id, revealed_at, reason) values (p_trust, p_campaign, p_now, btrim(p_reason));
  end if;
  return missing;
end
$$;
-- +goose StatementEnd

-- An imported round was revealed where it was scored. Only in the transaction
-- that creates the campaign.
-- +goose StatementBegin
create function reveal_imported(p_trust uuid, p_campaign uuid, p_now timestamptz) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if p_trust is distinct from app_trust() or not exists (
       select from campaigns c where c.trust_id = p_trust and c.campaign_id = p_campaign and c.imported_in = pg_current_xact_id()) then
    raise exception 'only an import reveals by itself' using errcode = '42501';
  end if;
  insert into reveals (trust_id, campaign_id, revealed_at) values (p_trust, p_campaign, p_now);
end
$$;
-- +goose StatementEnd

-- Psychometric results are sealed even from whoever enters them, so a
-- correction cannot be an upsert by the app: the owner writes.
-- +goose StatementBegin
create function put_result(p_trust uuid, p_campaign uuid, p_candidate uuid, p_instrument text, p_scale text, p_score double precision, p_taken_on date)
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if p_trust is distinct from app_trust() then
    raise exception 'another trust''s campaign' using errcode = '42501';
  end if;
  if exists (select from reveals r where r.trust_id = p_trust and r.campaign_id = p_campaign) and not exists (
       select from campaigns c where c.trust_id = p_trust and c.campaign_id = p_campaign and c.imported_in = pg_current_xact_id()) then
    raise exception 'results are fixed once marks are revealed' using errcode = 'AP001';
  end if;
  insert into psychometric_results (trust_id, campaign_id, candidate_id, instrument, scale, score, taken_on)
  values (p_trust, p_campaign, p_candidate, p_instrument, p_scale, p_score, p_taken_on)
  on conflict (trust_id, campaign_id, candidate_id, instrument, scale)
  do update set score = excluded.score, taken_on = excluded.taken_on;
end
$$;
-- +goose StatementEnd

alter table reveals enable row level security;
alter table sheets enable row level security;
alter table scores enable row level security;
alter table score_revisions enable row level security;
alter table psychometric_results enable row level security;

create policy own_trust on reveals for select using (trust_id = (select app_trust()));

-- Who, what and how far: HR and chair follow progress, a member sees their own,
-- and everybody on the panel after reveal.
create policy own_or_revealed on sheets for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (select current_setting('app.progress', true)) = 'yes'
    or campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))));
create policy assign on sheets for insert with check (trust_id = (select app_trust()));
create policy own_or_officer on sheets for update using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) or (select current_setting('app.progress', true)) = 'yes'));

-- The marks: the member's own, or revealed. HR and chair are no exception.
create policy own_or_revealed on scores for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))));
create policy own on scores for update using (
  trust_id = (select app_trust()) and member_id = (select app_member()));
create policy own_or_import on scores for insert with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id in (select c.campaign_id from campaigns c where c.trust_id = (select app_trust()) and c.imported_in = pg_current_xact_id())));

create policy own_or_revealed on score_revisions for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))));
create policy own_or_import on score_revisions for insert with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id in (select c.campaign_id from campaigns c where c.trust_id = (select app_trust()) and c.imported_in = pg_current_xact_id())));

create policy revealed on psychometric_results for select using (
  trust_id = (select app_trust())
  and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust())));

grant select on reveals, psychometric_results to appointable_app;
grant select, insert, update on sheets, scores to appointable_app;
grant select, insert on score_revisions to appointable_app;
revoke all on function sheets_left(uuid, uuid, integer), reveal(uuid, uuid, timestamptz, text), reveal_imported(uuid, uuid, timestamptz),
  put_result(uuid, uuid, uuid, text, text, double precision, date) from public;
grant execute on function sheets_left(uuid, uuid, integer), reveal(uuid, uuid, timestamptz, text), reveal_imported(uuid, uuid, timestamptz),
  put_result(uuid, uuid, uuid, text, text, double precision, date) to appointable_app;

-- +goose Down
drop function put_result(uuid, uuid, uuid, text, text, double precision, date);
drop function reveal_imported(uuid, uuid, timestamptz);
drop function reveal(uuid, uuid, timestamptz, text);
drop function sheets_left(uuid, uuid, integer);
drop table psychometric_results, score_revisions, scores, sheets, reveals;
drop function sheets_forward();
drop function scores_kept();
