-- +goose Up

-- A member who has left or stood down is replaced: the seat closes, its marks
-- stay, and the newcomer has a seat of their own.
alter table panel_members add column replaced_by text not null default '', add column replaced_because text not null default '';
comment on column panel_members.replaced_by is 'Rater code of who took over from this seat, which takes no part any more; empty, and never null, while its member sits.';
comment on column panel_members.replaced_because is 'Why the member sits no more, in the words of the officer; empty where the member sits, or where an imported round does not say.';
comment on table panel_members is 'A seat on the panel of a campaign. Visible within the trust. Marks belong to the seat, by its rater code, and not to the person; a member who is replaced leaves a closed seat behind, with its marks.';

-- +goose StatementBegin
create or replace function enter(p_trust uuid, p_person uuid, p_campaign text, p_key text, p_operator boolean default false)
  returns table (campaign_id uuid, phase text, member_id uuid, chair boolean, roles text[],
                 request_sha256 bytea, result bytea)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  actions text;
begin
  select c.campaign_id, c.phase, m.member_id, coalesce(m.chair, false)
    into campaign_id, phase, member_id, chair
    from campaigns c
    left join (panel_members m join people p on p.trust_id = m.trust_id and p.person_id = m.person_id and p.left_at is null)
      on m.trust_id = c.trust_id and m.campaign_id = c.campaign_id and m.person_id = p_person and m.replaced_by = ''
   where c.trust_id = p_trust and c.code = p_campaign;
  if p_operator and p_person is null then
    roles := array['administrator', 'auditor', 'framework-owner', 'recruitment-officer'];
  else
    roles := array(select r.role from person_roles r
                     join people p on p.trust_id = r.trust_id and p.person_id = r.person_id and p.left_at is null
                    where r.trust_id = p_trust and r.person_id = p_person order by r.role);
  end if;
  if member_id is not null then
    roles := roles || 'panel-member'::text;
  end if;
  if chair then
    roles := roles || 'chair'::text;
  end if;
  if roles <> '{}' then
    select string_agg(distinct a.action, ' ') into actions from access_rules a
     where a.role = any (roles) and a.phase in ('', coalesce(enter.phase, ''));
  end if;
  perform set_config('app.trust', p_trust::text, true),
          set_config('app.person', coalesce(p_person::text, ''), true),
          set_config('app.campaign', coalesce(campaign_id::text, ''), true),
          set_config('app.member', coalesce(member_id::text, ''), true),
          set_config('app.actions', coalesce(actions, ''), true),
          set_config('app.created', '', true),
          set_config('app.purpose', '', true);
  if p_key <> '' then
    select k.request_sha256, k.result
      into request_sha256, result
      from idempotency_keys k
     where k.trust_id = p_trust and k.person_id = p_person and k.key = p_key;
  end if;
  return next;
end
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create or replace function app_seats() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select m.campaign_id from panel_members m where m.trust_id = app_trust() and m.person_id = app_person() and m.replaced_by = '';
  end;
-- +goose StatementEnd
comment on function app_seats() is 'The campaigns in which the person who asks has a seat that is not closed. As the owner, because the policy of panel_members asks for a campaign and that of campaigns for a seat.';

-- Once scoring has opened nobody changes seats but by closing one for a
-- newcomer: else whoever may do that could sit down on another's marks.
-- +goose StatementBegin
create function panel_kept() returns trigger language plpgsql as $$
begin
  if not row_security_active('panel_members') or new.campaign_id = app_created()
     or exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id and c.phase = 'draft') then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if not exists (select from panel_members m
                    where m.trust_id = new.trust_id and m.campaign_id = new.campaign_id and m.replaced_by = new.rater and m.role = new.role) then
      raise exception 'a seat is added only for a member who is replaced' using errcode = 'AP001';
    end if;
    return new;
  end if;
  if old.replaced_by <> '' or new.replaced_by = '' or new.chair and not old.chair
     or (new.member_id, new.rater, new.role, new.marked_chair, new.optional, new.exercises, new.person_id)
        is distinct from (old.member_id, old.rater, old.role, old.marked_chair, old.optional, old.exercises, old.person_id) then
    raise exception 'a seat only closes, once' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger panel_kept before insert or update on panel_members for each row execute function panel_kept();
comment on function panel_kept() is 'Refuses (AP001) the service, once scoring has opened, any change of a seat but that it closes, and any new seat but that of who takes over from a closed one.';

-- A plan may have a sift, which is marked first and decides who is assessed
-- (docs/decisions/0012-stages.md). A campaign with one has two phases more:
-- sift, then shortlisting. Every sheet and mark knows its stage, and a reveal
-- opens one stage.
alter table campaigns drop constraint campaigns_phase_check;
alter table campaigns add constraint campaigns_phase_check
  check (phase in ('draft', 'sift', 'shortlisting', 'scoring', 'moderation', 'deciding', 'decided'));
alter table campaigns add column sift_revealed_at timestamptz, add column sift_reveal_reason text not null default '', add column shortlisted_at timestamptz;
comment on column campaigns.phase is 'draft, scoring, moderation, deciding, decided, and with a sift draft, sift, shortlisting, scoring and so on: forward only, one at a time. Past the marking of a stage there must be its row in reveals, which is what opens the marks.';
comment on column campaigns.sift_revealed_at is 'When the marks of the sift were opened to the panel; null before, and where there is no sift.';
comment on column campaigns.sift_reveal_reason is 'Why the chair closed the sift with sheets missing. Empty, and never null, where none was needed.';
comment on column campaigns.shortlisted_at is 'When the shortlist was locked and the assessment began; null before, and where there is no sift.';
comment on column campaigns.reveal_reason is 'Why the chair closed the scoring of the assessment with sheets missing. Empty, and never null, where none was needed.';

alter table candidates add column shortlist_reason text not null default '';
comment on column candidates.shortlist_reason is 'Why the candidate was or was not shortlisted after the sift, in one line; disclosable to the candidate. Empty, and never null, where nothing was recorded.';
comment on column candidates.shortlisted is 'Null: not known. Only a no keeps the candidate from being marked. Where the plan has a sift it is recorded while shortlisting, and fixed when the shortlist is locked.';

alter table sheets add column stage text not null default 'assessment' check (stage in ('sift', 'assessment'));
comment on column sheets.stage is 'The stage of the exercise in the plan: which reveal opens the sheet.';
comment on column sheets.required is 'Whether the reveal of its stage waits for it. False for an optional member, for a candidate who withdrew before scoring, for marks set aside and in the seat of a member who was replaced.';
alter table scores add column stage text not null default 'assessment' check (stage in ('sift', 'assessment'));
comment on column scores.stage is 'That of the sheet, put there by trigger, so that the policy need not join: which reveal opens the mark.';

alter table reveals add column stage text not null default 'assessment' check (stage in ('sift', 'assessment'));
alter table reveals drop constraint reveals_pkey;
alter table reveals add primary key (trust_id, campaign_id, stage);
comment on table reveals is 'A row opens the marks of one stage of a campaign to its panel, and that of the assessment the psychometric results too. Visible within the trust; written by reveal() and reveal_imported() only.';
comment on column reveals.stage is 'sift or assessment: the reveal of one opens nothing of the other.';
comment on column reveals.campaign_id is 'Each stage is revealed once and for good: no row is ever taken back.';

create function campaign_sifts(p_document jsonb) returns boolean
  language sql immutable
  return jsonb_path_exists(p_document, '$.exercises[*] ? (@.stage == "sift")');
comment on function campaign_sifts(jsonb) is 'Whether a plan has a sift.';

create function stage_marked(p_phase text) returns text
  language sql immutable
  return case p_phase when 'sift' then 'sift' when 'scoring' then 'assessment' end;
comment on function stage_marked(text) is 'The stage whose sheets are marked in a phase; null in every other.';

create function app_opened(p_stage text) returns uuid
  language sql stable
  return (select r.campaign_id from reveals r
           where r.trust_id = app_trust() and r.stage = p_stage
             and r.campaign_id = case p_stage when 'sift' then app_campaign('read-sift') else app_campaign('read-marks') end);
comment on function app_opened(text) is 'The campaign that the transaction entered, where this stage is revealed and the person may read others'' marks of it; else null, which equals no row. In policies inside (select …), which makes it an initplan.';

-- +goose StatementBegin
create or replace function campaigns_locked() returns trigger language plpgsql as $$
declare
  sifts boolean := campaign_sifts(new.document);
  phases text[] := array['draft', 'scoring', 'moderation', 'deciding', 'decided'];
begin
  if tg_op = 'INSERT' then
    if new.phase <> 'draft' or new.imported_in <> pg_current_xact_id() then
      raise exception 'a campaign begins as a draft' using errcode = 'AP001';
    end if;
    return new;
  end if;
  if sifts then
    phases := array['draft', 'sift', 'shortlisting', 'scoring', 'moderation', 'deciding', 'decided'];
  end if;
  if old.phase <> 'draft' and (
       new.document is distinct from old.document or new.framework_id <> old.framework_id or new.code <> old.code
       or new.plan_sha256 is distinct from old.plan_sha256 or new.framework_sha256 is distinct from old.framework_sha256) then
    raise exception 'the plan is locked since scoring opened' using errcode = 'AP001';
  end if;
  if array_position(phases, new.phase) is null or array_position(phases, new.phase) not between array_position(phases, old.phase) and array_position(phases, old.phase) + 1 then
    raise exception 'a campaign moves forward one phase at a time' using errcode = 'AP001';
  end if;
  if new.phase in ('moderation', 'deciding', 'decided') and not exists (
       select from reveals r where r.trust_id = new.trust_id and r.campaign_id = new.campaign_id and r.stage = 'assessment') then
    raise exception 'the marks have not been revealed' using errcode = 'AP001';
  end if;
  if sifts and new.phase not in ('draft', 'sift') and not exists (
       select from reveals r where r.trust_id = new.trust_id and r.campaign_id = new.campaign_id and r.stage = 'sift') then
    raise exception 'the sift has not been revealed' using errcode = 'AP001';
  end if;
  if new.imported_in is distinct from old.imported_in then
    raise exception 'how a campaign began does not change' using errcode = 'AP001';
  end if;
  if new.prior::text is distinct from old.prior::text and not (
       old.prior is null and old.phase = 'draft' and exists (
         select from priors p where p.trust_id = new.trust_id and p.document::text = new.prior::text)) then
    raise exception 'a campaign takes its prior when scoring opens, and keeps it' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
comment on function campaigns_locked() is 'Refuses (AP001) a change to a locked plan, a phase out of turn, a phase past the marking of a stage without its reveal, a prior that is not one of the trust taken as scoring opens, and the claim to have been imported by another transaction than this.';

-- +goose StatementBegin
create or replace function campaigns_moved() returns trigger language plpgsql as $$
begin
  if not row_security_active('campaigns') or new.campaign_id = app_created() then
    return new;
  end if;
  if new.phase <> old.phase and not (case new.phase
       when 'sift' then app_may('open-scoring')
       when 'shortlisting' then true -- as moderation
       when 'scoring' then app_may(case old.phase when 'draft' then 'open-scoring' else 'record-shortlist' end)
       when 'moderation' then true -- which takes a reveal, and that reveal() judges
       when 'deciding' then app_may('close-moderation')
       when 'decided' then app_may('record-decision')
     end) then
    raise exception 'your role does not move the campaign on' using errcode = '42501';
  end if;
  if (new.code, new.title, new.framework_id, new.document) is distinct from (old.code, old.title, old.framework_id, old.document)
     and not app_may('edit-plan') then
    raise exception 'your role does not change the plan' using errcode = '42501';
  end if;
  if new.prior::text is distinct from old.prior::text and not app_may('open-scoring') then
    raise exception 'a campaign takes its prior from whoever opens scoring' using errcode = '42501';
  end if;
  return new;
end
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create or replace function sheets_forward() returns trigger language plpgsql as $$
begin
  if old.state <> new.state and (old.state, new.state) not in (('draft', 'submitted'), ('submitted', 'withdrawn')) then
    raise exception 'a sheet does not go back' using errcode = 'AP001';
  end if;
  if (new.trust_id, new.campaign_id, new.sheet_id, new.member_id, new.candidate_id, new.exercise, new.stage)
     <> (old.trust_id, old.campaign_id, old.sheet_id, old.member_id, old.candidate_id, old.exercise, old.stage) then
    raise exception 'a sheet stays with its rater and candidate' using errcode = 'AP001';
  end if;
  if old.state = 'draft' and new.state = 'submitted' then
    if not exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id and stage_marked(c.phase) = new.stage) then
      raise exception 'scoring is not open' using errcode = 'AP001';
    end if;
    if exists (select from panel_members m where m.trust_id = new.trust_id and m.campaign_id = new.campaign_id
                  and m.member_id = new.member_id and m.replaced_by <> '') then
      raise exception 'your seat on this panel was closed, so this sheet is not asked for any more' using errcode = 'AP001';
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
comment on function sheets_forward() is 'Refuses (AP001) a step back, a sheet that changes hands, and submitting while its stage is not marked, from a seat that was closed, or after the interest of the member was judged to withdraw their marks.';

-- A sheet of the assessment that said it was of the sift would be opened with
-- it. A plan does not change once there are sheets.
-- +goose StatementBegin
create function sheets_staged() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (
       select from (select distinct m.trust_id, m.campaign_id, m.exercise, m.stage from made m) as d
         join campaigns c on c.trust_id = d.trust_id and c.campaign_id = d.campaign_id
        where (d.stage = 'sift') <> jsonb_path_exists(c.document, '$.exercises[*] ? (@.code == $code && @.stage == "sift")', jsonb_build_object('code', d.exercise))) then
    raise exception 'the sheet is of another stage than its exercise' using errcode = 'AP001';
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger sheets_staged after insert on sheets referencing new table as made for each statement execute function sheets_staged();
comment on function sheets_staged() is 'Refuses (AP001) a sheet that says it is of another stage than the plan says of its exercise. As the owner, so that it sees the plan whoever makes the sheet.';
revoke all on function sheets_staged() from public;

-- Whom the panel sees is recorded between the stages, and by nobody else.
-- +goose StatementBegin
create function shortlist_kept() returns trigger language plpgsql as $$
begin
  if (new.shortlisted, new.shortlist_reason) is distinct from (old.shortlisted, old.shortlist_reason) and row_security_active('candidates')
     and not exists (select from campaigns c
                      where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id
                        and (not campaign_sifts(c.document) or c.phase = 'draft' or c.phase = 'shortlisting' and app_may('record-shortlist'))) then
    raise exception 'the shortlist is recorded once the sift is revealed, and fixed when it is locked' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger shortlist_kept before update on candidates for each row execute function shortlist_kept();
comment on function shortlist_kept() is 'Refuses (AP001) the service to say who is shortlisted, where the plan has a sift, but in a draft or while shortlisting.';

-- Why somebody was shortlisted or not is theirs, and goes with the rest.
-- +goose StatementBegin
create function shortlist_erased() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update candidates k set shortlist_reason = ''
   where k.trust_id = new.trust_id and k.campaign_id = new.campaign_id and k.candidate_id = new.candidate_id and k.shortlist_reason <> '';
  delete from audit_payloads p using audit_events e
   where p.trust_id = new.trust_id and e.trust_id = p.trust_id and e.event_id = p.event_id
     and e.object_kind = 'campaign' and e.object_id = new.campaign_id and e.kind = 'campaign.candidate-shortlisted'
     and convert_from(p.payload, 'UTF8')::jsonb ->> 'candidate' = new.candidate;
  return null;
end
$$;
-- +goose StatementEnd
create trigger shortlist_erased after insert on tombstones for each row execute function shortlist_erased();
comment on function shortlist_erased() is 'Erases, with the other data of a candidate, why they were shortlisted or not, there and in the payloads of the log.';
revoke all on function shortlist_erased() from public;

-- +goose StatementBegin
create or replace function scores_kept() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  sheet_state text;
  sheet_member uuid;
  sheet_stage text;
begin
  if new.trust_id is distinct from app_trust() or new.member_id is distinct from app_member() and new.campaign_id is distinct from app_created() then
    raise exception 'only who marks adds or changes a mark' using errcode = '42501';
  end if;
  if tg_op = 'UPDATE' and (new.trust_id, new.campaign_id, new.sheet_id, new.member_id, new.criterion)
                       <> (old.trust_id, old.campaign_id, old.sheet_id, old.member_id, old.criterion) then
    raise exception 'a mark stays on its sheet' using errcode = 'AP001';
  end if;
  select s.state, s.member_id, s.stage into sheet_state, sheet_member, sheet_stage from sheets s
   where s.trust_id = new.trust_id and s.campaign_id = new.campaign_id and s.sheet_id = new.sheet_id;
  if sheet_member <> new.member_id then
    raise exception 'a mark belongs to whoever the sheet belongs to' using errcode = 'AP001';
  end if;
  new.stage := sheet_stage;
  if sheet_state = 'draft' then
    if sheet_stage = 'sift' and not exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id and c.phase = 'sift') then
      raise exception 'the sift is closed' using errcode = 'AP001';
    end if;
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- An upsert comes by here first; where the mark is there already it comes
    -- again as an update and is judged below.
    if exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id
                  and c.imported_in = pg_current_xact_id())
       or exists (select from scores m where m.trust_id = new.trust_id and m.campaign_id = new.campaign_id
                  and m.sheet_id = new.sheet_id and m.criterion = new.criterion) then
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
comment on function scores_kept() is 'Refuses (42501) whoever the policies would; then (AP001) a mark on a sheet of somebody else or of a closed sift, a further mark on a submitted sheet, and a change to a submitted mark unless the campaign is in moderation and the same transaction keeps what it was. Gives the mark the stage of its sheet. Lets an import load submitted sheets.';

-- +goose StatementBegin
create or replace function sheets_left(p_trust uuid, p_campaign uuid, p_limit integer) returns integer
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select count(*)::integer
      from (select from sheets s
             where s.trust_id = p_trust and p_trust = (select app_trust())
               and s.campaign_id = p_campaign and p_campaign = (select app_campaign('read-campaign'))
               and s.state = 'draft' and s.required
               and s.stage = (select stage_marked(c.phase) from campaigns c where c.trust_id = p_trust and c.campaign_id = p_campaign)
             limit p_limit) as open;
  end;
-- +goose StatementEnd
comment on function sheets_left(uuid, uuid, integer) is 'How many required sheets of the stage that is marked are open in the campaign that was entered, counted to p_limit at most; 0 for any other. Tells a member that theirs was the last without showing them a sheet.';

-- +goose StatementBegin
create or replace function reveal(p_trust uuid, p_campaign uuid, p_now timestamptz, p_reason text) returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  missing integer;
  marked text;
begin
  if p_trust is distinct from app_trust() or p_campaign is distinct from app_campaign('read-campaign') then
    raise exception 'another campaign than this' using errcode = '42501';
  end if;
  if btrim(p_reason) <> '' and not app_may('close-scoring') then
    raise exception 'your role does not close scoring' using errcode = '42501';
  end if;
  select stage_marked(c.phase) into marked from campaigns c where c.trust_id = p_trust and c.campaign_id = p_campaign for update;
  if marked is null then
    raise exception 'the campaign is not in scoring' using errcode = 'AP001';
  end if;
  select count(*) into missing from sheets s
   where s.trust_id = p_trust and s.campaign_id = p_campaign and s.stage = marked and s.state = 'draft' and s.required;
  if missing = 0 or btrim(p_reason) <> '' then
    insert into reveals (trust_id, campaign_id, stage, revealed_at, reason) values (p_trust, p_campaign, marked, p_now, btrim(p_reason));
  end if;
  return case when app_may('read-progress', 'close-scoring') or missing = 0 then missing else 1 end;
end
$$;
-- +goose StatementEnd
comment on function reveal(uuid, uuid, timestamptz, text) is 'Opens the marks of the stage that is marked in the campaign that was entered, where no required sheet of it is missing or whoever may close scoring gives a reason; returns how many are missing, to whoever may not follow progress 1 for any number. Above 0 and without a reason nothing happened.';

-- +goose StatementBegin
create or replace function reveal_imported(p_trust uuid, p_campaign uuid, p_now timestamptz) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if p_trust is distinct from app_trust() or not app_may('import-campaign') or not exists (
       select from campaigns c where c.trust_id = p_trust and c.campaign_id = p_campaign and c.imported_in = pg_current_xact_id()) then
    raise exception 'only an import reveals by itself' using errcode = '42501';
  end if;
  insert into reveals (trust_id, campaign_id, stage, revealed_at)
  select p_trust, p_campaign, stage, p_now from campaigns c, unnest(array['sift', 'assessment']) as stage
   where c.trust_id = p_trust and c.campaign_id = p_campaign and (stage = 'assessment' or campaign_sifts(c.document));
end
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create or replace function put_result(p_trust uuid, p_campaign uuid, p_candidate uuid, p_instrument text, p_scale text, p_score double precision, p_taken_on date)
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if p_trust is distinct from app_trust()
     or p_campaign is distinct from app_campaign('enter-results') and p_campaign is distinct from app_created() then
    raise exception 'your role does not enter results here' using errcode = '42501';
  end if;
  if exists (select from reveals r where r.trust_id = p_trust and r.campaign_id = p_campaign and r.stage = 'assessment') and not exists (
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
comment on function put_result(uuid, uuid, uuid, text, text, double precision, date) is 'Enters a psychometric result, or replaces it without showing what it was, for whoever may in the campaign that was entered or is made. Refused (AP001) once the marks of the assessment are revealed, save to the transaction that imports them.';

alter policy seated on panel_members with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'replace-member'))
    or campaign_id = (select app_created())));
comment on policy seated on panel_members is 'To add: whoever edits the plan or replaces a member; panel_kept() says what.';
alter policy changed on panel_members using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'replace-member'))
    or campaign_id = (select app_created())))
 with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'replace-member'))
    or campaign_id = (select app_created())));
comment on policy changed on panel_members is 'To change: whoever edits the plan or replaces a member; panel_kept() says what.';
alter policy changed on campaigns with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('assign-sheets', 'replace-member', 'record-shortlist', 'edit-plan', 'change-candidate', 'enter-results', 'open-scoring', 'write-sheet', 'close-scoring', 'close-moderation', 'declare-interest', 'judge-interest', 'rank-candidates', 'record-decision', 'export-campaign'))
    or campaign_id = (select app_created())));
alter policy assigned on sheets with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('assign-sheets', 'open-scoring', 'record-shortlist', 'replace-member'))
    or campaign_id = (select app_created())));
comment on policy assigned on sheets is 'To add: whoever assigns sheets, opens scoring, locks the shortlist or replaces a member.';
alter policy own_or_officer on sheets with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('write-sheet', 'revise-mark'))
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('open-scoring', 'record-shortlist', 'change-candidate', 'judge-interest', 'replace-member'))));
alter policy own_or_revealed on sheets using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('read-progress'))
    or (stage = 'assessment' and campaign_id = (select app_opened('assessment')) or stage = 'sift' and campaign_id = (select app_opened('sift')))
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
alter policy own_or_revealed on scores using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (stage = 'assessment' and campaign_id = (select app_opened('assessment')) or stage = 'sift' and campaign_id = (select app_opened('sift')))
       and sheet_id not in (select s.sheet_id from sheets s where s.trust_id = (select app_trust()) and s.campaign_id = (select app_entered()) and s.state = 'draft') -- the drafts, since those submitted would not fit into a hash
    or campaign_id in (select app_pooled())));
alter policy own_or_revealed on score_revisions using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id = (select app_opened('assessment'))
    or campaign_id in (select app_pooled())));
alter policy own_or_import on score_revisions with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('revise-mark')) and exists (
      select from sheets s join campaigns c using (trust_id, campaign_id)
       where s.trust_id = score_revisions.trust_id and s.campaign_id = score_revisions.campaign_id and s.sheet_id = score_revisions.sheet_id
         and s.member_id = score_revisions.member_id and s.stage = 'assessment' and c.phase = 'moderation')
    or campaign_id = (select app_created()) and (select app_may('import-campaign'))));
alter policy revealed on psychometric_results using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_opened('assessment'))
    or campaign_id in (select app_pooled())));
comment on policy own_or_revealed on sheets is 'To read: the sheets of the asker, all of them for whoever may follow progress and asks for it, and those of a stage once it is revealed, for whoever reads its marks.';
comment on policy own_or_revealed on scores is 'To read: the marks of the asker, and of everybody once their stage is revealed, for whoever reads its marks, save drafts. Progress opens nothing here.';
comment on policy own_or_revealed on score_revisions is 'To read: as scores of the assessment, since marks of a sift are not revised.';
comment on policy own_or_import on score_revisions is 'To add: on the sheets of the asker of the assessment in moderation, or all of them in the transaction that imports the campaign.';
comment on policy revealed on psychometric_results is 'To read: whoever reads marks, once the assessment is revealed, and nobody before.';

-- +goose Down
alter policy own_or_revealed on sheets using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('read-progress'))
    or campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
alter policy own_or_revealed on scores using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
       and sheet_id not in (select s.sheet_id from sheets s where s.trust_id = (select app_trust()) and s.campaign_id = (select app_entered()) and s.state = 'draft') -- the drafts, since those submitted would not fit into a hash
    or campaign_id in (select app_pooled())));
alter policy own_or_revealed on score_revisions using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
    or campaign_id in (select app_pooled())));
alter policy own_or_import on score_revisions with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('revise-mark')) and exists (
      select from sheets s join campaigns c using (trust_id, campaign_id)
       where s.trust_id = score_revisions.trust_id and s.campaign_id = score_revisions.campaign_id and s.sheet_id = score_revisions.sheet_id
         and s.member_id = score_revisions.member_id and c.phase = 'moderation')
    or campaign_id = (select app_created()) and (select app_may('import-campaign'))));
alter policy revealed on psychometric_results using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
    or campaign_id in (select app_pooled())));
comment on policy own_or_revealed on sheets is 'To read: the sheets of the asker, all of them for whoever may follow progress and asks for it, all of them once revealed, for whoever reads marks.';
comment on policy own_or_revealed on scores is 'To read: the marks of the asker, and of everybody once revealed, for whoever reads marks, save drafts. Progress opens nothing here.';
comment on policy own_or_revealed on score_revisions is 'To read: as scores.';
comment on policy own_or_import on score_revisions is 'To add: on the sheets of the asker in moderation, or all of them in the transaction that imports the campaign.';
comment on policy revealed on psychometric_results is 'To read: whoever reads marks, once revealed, and nobody before.';
alter policy assigned on sheets with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'open-scoring'))
    or campaign_id = (select app_created())));
comment on policy assigned on sheets is 'To add: whoever assigns sheets or opens scoring.';
alter policy own_or_officer on sheets with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('write-sheet', 'revise-mark'))
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('open-scoring', 'change-candidate', 'judge-interest'))));
alter policy changed on campaigns with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'change-candidate', 'enter-results', 'open-scoring', 'write-sheet', 'close-scoring', 'close-moderation', 'declare-interest', 'judge-interest', 'rank-candidates', 'record-decision', 'export-campaign'))
    or campaign_id = (select app_created())));
alter policy seated on panel_members with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())));
comment on policy seated on panel_members is 'To add: whoever edits the plan.';
alter policy changed on panel_members using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())))
 with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())));
comment on policy changed on panel_members is 'To change: whoever edits the plan.';
-- +goose StatementBegin
create or replace function put_result(p_trust uuid, p_campaign uuid, p_candidate uuid, p_instrument text, p_scale text, p_score double precision, p_taken_on date)
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if p_trust is distinct from app_trust()
     or p_campaign is distinct from app_campaign('enter-results') and p_campaign is distinct from app_created() then
    raise exception 'your role does not enter results here' using errcode = '42501';
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
-- +goose StatementBegin
create or replace function reveal_imported(p_trust uuid, p_campaign uuid, p_now timestamptz) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if p_trust is distinct from app_trust() or not app_may('import-campaign') or not exists (
       select from campaigns c where c.trust_id = p_trust and c.campaign_id = p_campaign and c.imported_in = pg_current_xact_id()) then
    raise exception 'only an import reveals by itself' using errcode = '42501';
  end if;
  insert into reveals (trust_id, campaign_id, revealed_at) values (p_trust, p_campaign, p_now);
end
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function reveal(p_trust uuid, p_campaign uuid, p_now timestamptz, p_reason text) returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  missing integer;
begin
  if p_trust is distinct from app_trust() or p_campaign is distinct from app_campaign('read-campaign') then
    raise exception 'another campaign than this' using errcode = '42501';
  end if;
  if btrim(p_reason) <> '' and not app_may('close-scoring') then
    raise exception 'your role does not close scoring' using errcode = '42501';
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
  return case when app_may('read-progress', 'close-scoring') or missing = 0 then missing else 1 end;
end
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function sheets_left(p_trust uuid, p_campaign uuid, p_limit integer) returns integer
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select count(*)::integer
      from (select from sheets s
             where s.trust_id = p_trust and p_trust = (select app_trust())
               and s.campaign_id = p_campaign and p_campaign = (select app_campaign('read-campaign'))
               and s.state = 'draft' and s.required
             limit p_limit) as open;
  end;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function scores_kept() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  sheet_state text;
  sheet_member uuid;
begin
  if new.trust_id is distinct from app_trust() or new.member_id is distinct from app_member() and new.campaign_id is distinct from app_created() then
    raise exception 'only who marks adds or changes a mark' using errcode = '42501';
  end if;
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
    if exists (select from campaigns c where c.trust_id = new.trust_id and c.campaign_id = new.campaign_id
                  and c.imported_in = pg_current_xact_id())
       or exists (select from scores m where m.trust_id = new.trust_id and m.campaign_id = new.campaign_id
                  and m.sheet_id = new.sheet_id and m.criterion = new.criterion) then
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
-- +goose StatementBegin
create or replace function sheets_forward() returns trigger language plpgsql as $$
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
-- +goose StatementBegin
create or replace function campaigns_moved() returns trigger language plpgsql as $$
begin
  if not row_security_active('campaigns') or new.campaign_id = app_created() then
    return new;
  end if;
  if new.phase <> old.phase and not (case new.phase
       when 'scoring' then app_may('open-scoring')
       when 'moderation' then true -- which takes a reveal, and that reveal() judges
       when 'deciding' then app_may('close-moderation')
       when 'decided' then app_may('record-decision')
     end) then
    raise exception 'your role does not move the campaign on' using errcode = '42501';
  end if;
  if (new.code, new.title, new.framework_id, new.document) is distinct from (old.code, old.title, old.framework_id, old.document)
     and not app_may('edit-plan') then
    raise exception 'your role does not change the plan' using errcode = '42501';
  end if;
  if new.prior::text is distinct from old.prior::text and not app_may('open-scoring') then
    raise exception 'a campaign takes its prior from whoever opens scoring' using errcode = '42501';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function campaigns_locked() returns trigger language plpgsql as $$
declare
  phases constant text[] := array['draft', 'scoring', 'moderation', 'deciding', 'decided'];
begin
  if tg_op = 'INSERT' then
    if new.phase <> 'draft' or new.imported_in <> pg_current_xact_id() then
      raise exception 'a campaign begins as a draft' using errcode = 'AP001';
    end if;
    return new;
  end if;
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
  if new.prior::text is distinct from old.prior::text and not (
       old.prior is null and old.phase = 'draft' and exists (
         select from priors p where p.trust_id = new.trust_id and p.document::text = new.prior::text)) then
    raise exception 'a campaign takes its prior when scoring opens, and keeps it' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
drop trigger shortlist_erased on tombstones;
drop function shortlist_erased();
drop trigger shortlist_kept on candidates;
drop function shortlist_kept();
drop trigger sheets_staged on sheets;
drop function sheets_staged();
drop function app_opened(text);
drop function stage_marked(text);
drop function campaign_sifts(jsonb);
alter table reveals drop constraint reveals_pkey;
alter table reveals drop column stage;
alter table reveals add primary key (trust_id, campaign_id);
alter table scores drop column stage;
alter table sheets drop column stage;
alter table candidates drop column shortlist_reason;
alter table campaigns drop column shortlisted_at, drop column sift_reveal_reason, drop column sift_revealed_at;
alter table campaigns drop constraint campaigns_phase_check;
alter table campaigns add constraint campaigns_phase_check check (phase in ('draft', 'scoring', 'moderation', 'deciding', 'decided'));
drop trigger panel_kept on panel_members;
drop function panel_kept();
-- +goose StatementBegin
create or replace function app_seats() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select m.campaign_id from panel_members m where m.trust_id = app_trust() and m.person_id = app_person();
  end;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function enter(p_trust uuid, p_person uuid, p_campaign text, p_key text, p_operator boolean default false)
  returns table (campaign_id uuid, phase text, member_id uuid, chair boolean, roles text[],
                 request_sha256 bytea, result bytea)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  actions text;
begin
  select c.campaign_id, c.phase, m.member_id, coalesce(m.chair, false)
    into campaign_id, phase, member_id, chair
    from campaigns c
    left join (panel_members m join people p on p.trust_id = m.trust_id and p.person_id = m.person_id and p.left_at is null)
      on m.trust_id = c.trust_id and m.campaign_id = c.campaign_id and m.person_id = p_person
   where c.trust_id = p_trust and c.code = p_campaign;
  if p_operator and p_person is null then
    roles := array['administrator', 'auditor', 'framework-owner', 'recruitment-officer'];
  else
    roles := array(select r.role from person_roles r
                     join people p on p.trust_id = r.trust_id and p.person_id = r.person_id and p.left_at is null
                    where r.trust_id = p_trust and r.person_id = p_person order by r.role);
  end if;
  if member_id is not null then
    roles := roles || 'panel-member'::text;
  end if;
  if chair then
    roles := roles || 'chair'::text;
  end if;
  if roles <> '{}' then
    select string_agg(distinct a.action, ' ') into actions from access_rules a
     where a.role = any (roles) and a.phase in ('', coalesce(enter.phase, ''));
  end if;
  perform set_config('app.trust', p_trust::text, true),
          set_config('app.person', coalesce(p_person::text, ''), true),
          set_config('app.campaign', coalesce(campaign_id::text, ''), true),
          set_config('app.member', coalesce(member_id::text, ''), true),
          set_config('app.actions', coalesce(actions, ''), true),
          set_config('app.created', '', true),
          set_config('app.purpose', '', true);
  if p_key <> '' then
    select k.request_sha256, k.result
      into request_sha256, result
      from idempotency_keys k
     where k.trust_id = p_trust and k.person_id = p_person and k.key = p_key;
  end if;
  return next;
end
$$;
-- +goose StatementEnd
alter table panel_members drop column replaced_because, drop column replaced_by;
comment on function campaigns_locked() is 'Refuses (AP001) a change to a locked plan, a phase out of turn, a phase past scoring without a reveal, a prior that is not one of the trust taken as scoring opens, and the claim to have been imported by another transaction than this.';
comment on function sheets_forward() is 'Refuses (AP001) a step back, a sheet that changes hands, and submitting outside scoring or after the interest of the member was judged to withdraw their marks.';
comment on function scores_kept() is 'Refuses (AP001) a mark on a sheet of somebody else, a further mark on a submitted sheet, and a change to a submitted mark unless the campaign is in moderation and the same transaction keeps what it was. Lets an import load submitted sheets.';
comment on function sheets_left(uuid, uuid, integer) is 'How many required sheets of the campaign that was entered are open, counted to p_limit at most; 0 for any other. Tells a member that theirs was the last without showing them a sheet.';
comment on function reveal(uuid, uuid, timestamptz, text) is 'Opens the marks of the campaign that was entered, in scoring, where no required sheet is missing or whoever may close scoring gives a reason; returns how many are missing, to whoever may not follow progress 1 for any number. Above 0 and without a reason nothing happened.';
comment on function put_result(uuid, uuid, uuid, text, text, double precision, date) is 'Enters a psychometric result, or replaces it without showing what it was, for whoever may in the campaign that was entered or is made. Refused (AP001) once the marks are revealed, save to the transaction that imports them.';
comment on function app_seats() is 'The campaigns in which the person who asks has a seat. As the owner, because the policy of panel_members asks for a campaign and that of campaigns for a seat.';
comment on table panel_members is 'A seat on the panel of a campaign. Visible within the trust. Marks belong to the seat, by its rater code, and not to the person.';
comment on column campaigns.phase is 'draft, scoring, moderation, deciding, decided: forward only, one at a time. From moderation on there must be a row in reveals, which is what opens the marks.';
comment on column campaigns.reveal_reason is 'Why the chair closed scoring with sheets missing. Empty, and never null, where none was needed.';
comment on column candidates.shortlisted is 'Null: not known. Only a no keeps the candidate from being marked.';
comment on column sheets.required is 'Whether reveal waits for it. False for an optional member, for a candidate who withdrew before scoring and for marks set aside.';
comment on table reveals is 'A row opens the marks and psychometric results of a campaign to its panel. Visible within the trust; written by reveal() and reveal_imported() only.';
comment on column reveals.campaign_id is 'Revealed once and for good: no row is ever taken back.';
