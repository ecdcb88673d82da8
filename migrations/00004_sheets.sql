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
comment on table reveals is 'A row opens the marks and psychometric results of a campaign to its panel. Visible within the trust; written by reveal() and reveal_imported() only.';
comment on column reveals.trust_id is 'The trust of the campaign.';
comment on column reveals.campaign_id is 'Revealed once and for good: no row is ever taken back.';
comment on column reveals.revealed_at is 'When the marks were opened.';
comment on column reveals.reason is 'Why the chair closed scoring with sheets missing; empty, and never null, where none was needed.';

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
  unique (trust_id, member_id, candidate_id, exercise, campaign_id),
  foreign key (trust_id, campaign_id, member_id) references panel_members,
  foreign key (trust_id, campaign_id, candidate_id) references candidates,
  check ((state = 'draft') = (submitted_at is null))
);
create index sheets_by_candidate on sheets (trust_id, candidate_id, campaign_id);
create index sheets_open on sheets (trust_id, campaign_id) where state = 'draft' and required;
comment on table sheets is 'Who marks whom in which exercise, and how far that is; the marks are in scores. Before reveal a member sees their own, HR and chair see all of them when they ask for progress; afterwards all are visible within the trust.';
comment on column sheets.trust_id is 'The trust of the campaign.';
comment on column sheets.campaign_id is 'The campaign whose panel marks.';
comment on column sheets.sheet_id is 'The object of the audit events of the sheet.';
comment on column sheets.member_id is 'The seat that marks. In the unique key, so that a duplicate tells nothing of a sheet that the asker may not see.';
comment on column sheets.candidate_id is 'Who is marked.';
comment on column sheets.exercise is 'Code of an exercise of the plan.';
comment on column sheets.required is 'Whether reveal waits for it. False for an optional member, for a candidate who withdrew before scoring and for marks set aside.';
comment on column sheets.state is 'draft, then submitted; withdrawn is submitted and then set aside for a declared interest: kept, not counted. Never back.';
comment on column sheets.version is '1 when the sheet is made, empty, and counted up by every change of its marks or state; what If-Match compares. Audit events begin at 2: the making of all sheets is one event of the campaign.';
comment on column sheets.submitted_at is 'Null exactly while it is a draft.';

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
comment on table scores is 'The mark of a member on one criterion of a sheet, as it stands now; what it was before moderation is in score_revisions. Sealed: until reveal only the member sees it, and neither HR nor the chair.';
comment on column scores.trust_id is 'The trust of the campaign.';
comment on column scores.campaign_id is 'Here too, so that the policy need not join: it asks whether this campaign is revealed.';
comment on column scores.sheet_id is 'The sheet that the mark is on.';
comment on column scores.member_id is 'The seat that marks, always that of the sheet. Here too, so that the policy need not join.';
comment on column scores.criterion is 'Code of a criterion of the framework.';
comment on column scores.score is 'In units of the rating scale of the framework, of which a draft may stray. Null is never zero: with not_observed the criterion was not seen, without it a draft is not filled in.';
comment on column scores.not_observed is 'The member says that the criterion could not be seen. Then score is null, save in a draft.';
comment on column scores.evidence is 'The note of the member; disclosable to the candidate. Empty, and never null, where there is none.';

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
comment on table score_revisions is 'A submitted mark as it was before it changed in moderation. Sealed as scores are. Rows are only ever added.';
comment on column score_revisions.trust_id is 'The trust of the campaign.';
comment on column score_revisions.campaign_id is 'As in scores.';
comment on column score_revisions.sheet_id is 'As in scores.';
comment on column score_revisions.member_id is 'As in scores: only the member revises their own mark.';
comment on column score_revisions.criterion is 'As in scores.';
comment on column score_revisions.revision is '1 is the mark as it was submitted, 2 the one that replaced it, …; the latest mark of all is in scores.';
comment on column score_revisions.score is 'What it was; null: not observed.';
comment on column score_revisions.not_observed is 'What it was.';
comment on column score_revisions.evidence is 'What the note was.';
comment on column score_revisions.reason is 'Why the next mark replaced this one; not why this one was given.';
comment on column score_revisions.revised_at is 'When it was replaced.';

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
comment on table psychometric_results is 'What a candidate scored on a scale of a test. Sealed from everybody until reveal, from HR who enters it too; written by put_result() only.';
comment on column psychometric_results.trust_id is 'The trust of the campaign.';
comment on column psychometric_results.campaign_id is 'The campaign that declares the scale.';
comment on column psychometric_results.candidate_id is 'Who took the test.';
comment on column psychometric_results.instrument is 'As the plan names the test.';
comment on column psychometric_results.scale is 'As the plan names the scale of the test.';
comment on column psychometric_results.score is 'In the units of the norm group that the plan names (its mean and sd), not those of the rating scale.';
comment on column psychometric_results.taken_on is 'Null: not known. A date where the test was taken, without a time zone.';

-- A submitted mark changes only where what it was is kept in the same
-- transaction, with a reason.
-- +goose StatementBegin
create function scores_kept() returns trigger language plpgsql as $$
declare
  sheet_state text;
  sheet_member uuid;
begin
  if tg_op = 'UPDATE' and (new.trust_id, new.campaign_id, new.sheet_id, new.member_id, new.criterion)
                       <> (old.trust_id, old.campaign_id, old.sheet_id, old.member_id, old.criterion) then
    raise exception 'a mark stays on its sheet' using errcode = 'AP001';
  end if;
  select s.state, s.member_id into sheet_state, sheet_member from sheets s
   where s.trust_id = new.trust_id and s.campaign_id = new.campaign_id and s.sheet_id = new.sheet_id;
  if sheet_member <> new.member_id then
    raise exception 'a mark belongs to whoever the sheet belongs to' using errcode = 'AP001';
  end if;
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
comment on function scores_kept() is 'Refuses (AP001) a mark on a sheet of somebody else, a further mark on a submitted sheet, and a change to a submitted mark unless the campaign is in moderation and the same transaction keeps what it was. Lets an import load submitted sheets.';

-- A sheet goes draft → submitted → withdrawn and never back. Submitting is
-- judged here once more because only here is it judged after the lock on the
-- campaign was had: an interest may have been judged while the member waited.
-- +goose StatementBegin
create function sheets_forward() returns trigger language plpgsql as $$
begin
  if old.state <> new.state and (old.state, new.state) not in (('draft', 'submitted'), ('submitted', 'withdrawn')) then
    raise exception 'a sheet does not go back' using errcode = 'AP001';
  end if;
  if (new.trust_id, new.campaign_id, new.sheet_id, new.member_id, new.candidate_id, new.exercise)
     <> (old.trust_id, old.campaign_id, old.sheet_id, old.member_id, old.candidate_id, old.exercise) then
    raise exception 'a sheet stays with its rater and candidate' using errcode = 'AP001';
  end if;
  if old.state = 'draft' and new.state = 'submitted' then
    if not exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id and c.phase = 'scoring') then
      raise exception 'scoring is not open' using errcode = 'AP001';
    end if;
    if exists (select from interests i where i.trust_id = new.trust_id and i.campaign_id = new.campaign_id
                  and i.member_id = new.member_id and i.candidate_id = new.candidate_id and i.outcome = 'marks-withdrawn') then
      raise exception 'for a declared interest your marks of this candidate do not count, so this sheet is not asked for any more' using errcode = 'AP001';
    end if;
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger sheets_forward before update on sheets for each row execute function sheets_forward();
comment on function sheets_forward() is 'Refuses (AP001) a step back, a sheet that changes hands, and submitting outside scoring or after the interest of the member was judged to withdraw their marks.';

-- How many required sheets are still open, counted as the owner because the
-- asker may see only their own. Counting stops at p_limit.
-- +goose StatementBegin
create function sheets_left(p_trust uuid, p_campaign uuid, p_limit integer) returns integer
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select count(*)::integer
      from (select from sheets s
             where s.trust_id = p_trust and p_trust = (select app_trust())
               and s.campaign_id = p_campaign and s.state = 'draft' and s.required
             limit p_limit) as open;
  end;
-- +goose StatementEnd
comment on function sheets_left(uuid, uuid, integer) is 'How many required sheets of a campaign are open, counted to p_limit at most; 0 for another trust. Tells a member that theirs was the last without showing them a sheet.';

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
comment on function reveal(uuid, uuid, timestamptz, text) is 'Opens the marks of a campaign in scoring where no required sheet is missing, or a reason is given; returns how many are missing. Above 0 and without a reason nothing happened. Who may is decided in the program.';

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
comment on function reveal_imported(uuid, uuid, timestamptz) is 'Opens the marks of a campaign that this very transaction imports; refused (42501) for any other.';

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
comment on function put_result(uuid, uuid, uuid, text, text, double precision, date) is 'Enters a psychometric result, or replaces it without showing what it was. Refused (AP001) once the marks are revealed, save to the transaction that imports them.';

-- While PostgreSQL has no statistics of a large new campaign it takes it for
-- empty, and finds one sheet among 10,000 by reading all of them for every
-- candidate. Its own housekeeping would notice minutes later, so whoever has
-- made many rows says so. What somebody else has locked is left to that.
-- +goose StatementBegin
create function refresh_statistics() returns void
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  analyze (skip_locked) panel_members, candidates, sheets, scores;
end
$$;
-- +goose StatementEnd
comment on function refresh_statistics() is 'Has PostgreSQL count the rows of the tables that a campaign fills at once, as their owner, who alone may ask it to.';

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
    member_id = (select app_member()) and exists (
      select from sheets s join campaigns c using (trust_id, campaign_id)
       where s.trust_id = score_revisions.trust_id and s.campaign_id = score_revisions.campaign_id and s.sheet_id = score_revisions.sheet_id
         and s.member_id = score_revisions.member_id and c.phase = 'moderation')
    or campaign_id in (select c.campaign_id from campaigns c where c.trust_id = (select app_trust()) and c.imported_in = pg_current_xact_id())));

create policy revealed on psychometric_results for select using (
  trust_id = (select app_trust())
  and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust())));

comment on policy own_trust on reveals is 'To read only; nobody but the owner writes.';
comment on policy own_or_revealed on sheets is 'To read: the sheets of the asker, all of them for whoever asks for progress, all of them once revealed.';
comment on policy assign on sheets is 'Sheets are made for others; who may is decided in the program.';
comment on policy own_or_officer on sheets is 'To change: the sheets of the asker, and those of others for whoever may see progress, who withdraws them.';
comment on policy own_or_revealed on scores is 'To read: the marks of the asker, and of everybody once revealed. Progress opens nothing here.';
comment on policy own on scores is 'To change: the marks of the asker, revealed or not.';
comment on policy own_or_import on scores is 'To add: the marks of the asker, or all of them in the transaction that imports the campaign.';
comment on policy own_or_revealed on score_revisions is 'To read: as scores.';
comment on policy own_or_import on score_revisions is 'To add: on the sheets of the asker in moderation, or all of them in the transaction that imports the campaign.';
comment on policy revealed on psychometric_results is 'To read: by the panel once revealed, and by nobody before.';

grant select on reveals, psychometric_results to appointable_app;
grant select, insert, update on sheets, scores to appointable_app;
grant select, insert on score_revisions to appointable_app;
revoke all on function refresh_statistics(), sheets_left(uuid, uuid, integer), reveal(uuid, uuid, timestamptz, text), reveal_imported(uuid, uuid, timestamptz),
  put_result(uuid, uuid, uuid, text, text, double precision, date) from public;
grant execute on function refresh_statistics(), sheets_left(uuid, uuid, integer), reveal(uuid, uuid, timestamptz, text), reveal_imported(uuid, uuid, timestamptz),
  put_result(uuid, uuid, uuid, text, text, double precision, date) to appointable_app;

-- +goose Down
drop function refresh_statistics();
drop function put_result(uuid, uuid, uuid, text, text, double precision, date);
drop function reveal_imported(uuid, uuid, timestamptz);
drop function reveal(uuid, uuid, timestamptz, text);
drop function sheets_left(uuid, uuid, integer);
drop table psychometric_results, score_revisions, scores, sheets, reveals;
drop function sheets_forward();
drop function scores_kept();
