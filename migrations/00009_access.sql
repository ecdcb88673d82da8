-- +goose Up

-- Who may do what, in the database too: a check that the program forgets must
-- not open the door. The table is the program's own (package access), copied
-- here by the migrator; enter() works out from it what the person may do, in
-- the campaign and its phase; the policies below ask for one action each.
-- A transaction may move a campaign on: what it may do is that of the phase
-- which it found, and it finds the next one only by entering again.
create table access_rules (
  action text not null,
  role   text not null,
  phase  text not null,
  primary key (role, phase, action)
);
comment on table access_rules is 'Who may do what: the table that `appointable access` prints, cell by cell. Belongs to no trust, because it is a part of the program: the same for all, written by the migrator alone. The service reads it, and refuses to start where it is not its own.';
comment on column access_rules.action is 'What is done, as package access names it.';
comment on column access_rules.role is 'Who does it: a role of the trust, chair or panel-member.';
comment on column access_rules.phase is 'The phase of the campaign in which it is allowed. Empty: whatever the phase, or the action is not about a campaign.';
alter table access_rules enable row level security;
create policy everybody on access_rules for select using (true);
comment on policy everybody on access_rules is 'To read: anybody, since the program prints it.';
grant select on access_rules to appointable_app;

create function app_may(variadic p_actions text[]) returns boolean
  language sql stable
  return coalesce(string_to_array(current_setting('app.actions', true), ' ') && p_actions, false);

create function app_entered() returns uuid
  language sql stable
  return nullif(current_setting('app.campaign', true), '')::uuid;

create function app_campaign(variadic p_actions text[]) returns uuid
  language sql stable
  return case when app_may(variadic p_actions) then app_entered() end;

create function app_created() returns uuid
  language sql stable
  return nullif(current_setting('app.created', true), '')::uuid;

create function app_purpose() returns text
  language sql stable
  return nullif(current_setting('app.purpose', true), '');

-- +goose StatementBegin
create function app_seats() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select m.campaign_id from panel_members m where m.trust_id = app_trust() and m.person_id = app_person();
  end;
-- +goose StatementEnd

-- +goose StatementBegin
create function app_pooled() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select c.campaign_id from campaigns c
     where app_purpose() = 'pooling' and app_may('pool-priors') and c.trust_id = app_trust() and c.phase = 'decided';
  end;
-- +goose StatementEnd

comment on function app_may(text[]) is 'Whether the person may do any of these actions, as enter() found. In policies inside (select …), which makes it an initplan.';
comment on function app_entered() is 'The campaign that the transaction entered; null where it entered none.';
comment on function app_campaign(text[]) is 'The campaign that the transaction entered, where the person may do any of these actions in it; else null, which equals no row.';
comment on function app_created() is 'The campaign that this very transaction made, which it may fill; null in every other transaction.';
comment on function app_purpose() is 'What the transaction said it does beyond the ordinary: progress, pooling or import. Opens nothing without the action that goes with it; without it a right to see progress would be one to see it everywhere.';
comment on function app_seats() is 'The campaigns in which the person who asks has a seat. As the owner, because the policy of panel_members asks for a campaign and that of campaigns for a seat.';
comment on function app_pooled() is 'The decided campaigns, for the transaction that pools them; none for any other. As the owner, for the policies of what belongs to a campaign.';
revoke all on function app_seats(), app_pooled() from public;
grant execute on function app_seats(), app_pooled() to appointable_app;

-- What enter() tells is told by the owner: which campaign it is must be known
-- before it can be known what the person may do there.
drop function enter(uuid, uuid, text, text);
-- +goose StatementBegin
create function enter(p_trust uuid, p_person uuid, p_campaign text, p_key text, p_operator boolean default false)
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
comment on function enter(uuid, uuid, text, text, boolean) is 'Begins every transaction of the program: sets for whom it works and what they may do until it ends, and tells the campaign of this code, the seat and the roles of the person, and the answer kept under the key; null for what is not there. p_operator is the command line at the server, which has no person and all roles of the trust; nobody at all has none. Guards against a forgotten filter or check, not against injected SQL, which could call it too.';
revoke all on function enter(uuid, uuid, text, text, boolean) from public;
grant execute on function enter(uuid, uuid, text, text, boolean) to appointable_app;

-- +goose StatementBegin
create function campaigns_made() returns trigger language plpgsql as $$
begin
  perform set_config('app.created', new.campaign_id::text, true);
  return null;
end
$$;
-- +goose StatementEnd
create trigger campaigns_made after insert on campaigns for each row execute function campaigns_made();
comment on function campaigns_made() is 'Lets the transaction that makes a campaign fill it.';

-- A policy sees the old row or the new one; what has changed between them is
-- for a trigger.
-- +goose StatementBegin
create function campaigns_moved() returns trigger language plpgsql as $$
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
create trigger campaigns_moved before update on campaigns for each row execute function campaigns_moved();
comment on function campaigns_moved() is 'Refuses (42501) the service a new phase or plan that the person may not give the campaign. Not the owner, nor the transaction that makes the campaign.';

-- The functions that run as the owner ask too.
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
comment on function sheets_left(uuid, uuid, integer) is 'How many required sheets of the campaign that was entered are open, counted to p_limit at most; 0 for any other. Tells a member that theirs was the last without showing them a sheet.';

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
comment on function reveal(uuid, uuid, timestamptz, text) is 'Opens the marks of the campaign that was entered, in scoring, where no required sheet is missing or whoever may close scoring gives a reason; returns how many are missing, to whoever may not follow progress 1 for any number. Above 0 and without a reason nothing happened.';

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
comment on function put_result(uuid, uuid, uuid, text, text, double precision, date) is 'Enters a psychometric result, or replaces it without showing what it was, for whoever may in the campaign that was entered or is made. Refused (AP001) once the marks are revealed, save to the transaction that imports them.';

comment on column person_roles.role is 'What each role may do is the table of package access, which access_rules keeps.';
comment on table campaigns is 'A post to be filled and how far its selection is. Read by the roles of the trust that read campaigns and by whoever has a seat. The plan is frozen by trigger when scoring opens.';
comment on table people is 'An account of a trust: an officer, a panel member, an auditor. Candidates have none. Listed to whoever manages accounts; everybody sees themselves.';
comment on table interests is 'A connection between a panel member and a candidate, declared by the member and judged by HR. A member reads their own, HR all.';

-- Policies, table by table. Where a row may be locked by more people than may
-- change it, using is the wider and with check the narrower.
drop policy own_trust on people;
drop policy own_trust on person_roles;
drop policy own_trust on credentials;
drop policy own_trust on frameworks;
drop policy own_trust on campaigns;
drop policy own_trust on panel_members;
drop policy own_trust on candidates;
drop policy own_trust on interests;
drop policy own_trust on ranking_runs;
drop policy own_trust on decisions;
drop policy own_trust on priors;
drop policy own_trust on audit_events;
drop policy own_trust on reveals;
drop policy own_or_revealed on sheets;
drop policy assign on sheets;
drop policy own_or_officer on sheets;
drop policy own_or_revealed on scores;
drop policy own on scores;
drop policy own_or_import on scores;
drop policy own_or_revealed on score_revisions;
drop policy own_or_import on score_revisions;
drop policy revealed on psychometric_results;

create policy seen on people for select using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people', 'edit-plan'))
    or (select app_person()) is null));
comment on policy seen on people is 'To read: oneself; all accounts for whoever manages them or fills seats; and before anybody is signed in, to find out whose password it is.';
create policy added on people for insert with check (trust_id = (select app_trust()) and (select app_may('manage-people')));
comment on policy added on people is 'To add: whoever manages accounts.';
create policy changed on people for update using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))))
 with check (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))));
comment on policy changed on people is 'To change: oneself, whose version a password of one''s own counts up, and all for whoever manages accounts.';

create policy seen on person_roles for select using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))
    or (select app_person()) is null));
comment on policy seen on person_roles is 'To read: one''s own, all for whoever manages accounts, and to sign in.';
create policy given on person_roles for insert with check (trust_id = (select app_trust()) and (select app_may('manage-people')));
comment on policy given on person_roles is 'To add: whoever manages accounts, and nobody else to themselves.';
create policy taken on person_roles for delete using (trust_id = (select app_trust()) and (select app_may('manage-people')));
comment on policy taken on person_roles is 'To take away: whoever manages accounts.';

create policy seen on credentials for select using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))
    or (select app_person()) is null));
comment on policy seen on credentials is 'To read: one''s own, which setting it reads, and to sign in: argon2id is not for the database to compute.';
create policy set_first on credentials for insert with check (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))));
comment on policy set_first on credentials is 'To add: one''s own, and all for whoever manages accounts.';
create policy set_anew on credentials for update using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))))
 with check (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))));
comment on policy set_anew on credentials is 'To change: one''s own, and all for whoever manages accounts.';

create policy seen on frameworks for select using (trust_id = (select app_trust()));
comment on policy seen on frameworks is 'To read: all of the trust; sheets are made of them.';
create policy written on frameworks for insert with check (
  trust_id = (select app_trust()) and (
    (select app_may('edit-framework'))
    or (select app_purpose()) = 'import' and (select app_may('import-campaign'))));
comment on policy written on frameworks is 'To add: whoever edits frameworks, and an import that brings its own.';
create policy changed on frameworks for update using (trust_id = (select app_trust()))
 with check (
  trust_id = (select app_trust()) and (
    (select app_may('edit-framework'))
    or (select app_purpose()) = 'import' and (select app_may('import-campaign'))));
comment on policy changed on frameworks is 'To lock: whoever begins a campaign by it. To change: whoever edits frameworks, and an import that publishes what it brought.';

create policy seen on campaigns for select using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-campaign'))
    or (select app_entered()) is null and (select app_may('read-campaign'))
    or campaign_id = (select app_created())
    or campaign_id in (select app_seats())
    or campaign_id in (select app_pooled())));
comment on policy seen on campaigns is 'To read: the one that was entered, by role or seat; where none was, all for the roles of the trust that read campaigns, and those with a seat; what this transaction makes or pools.';
create policy begun on campaigns for insert with check (trust_id = (select app_trust()) and (select app_may('create-campaign', 'import-campaign')));
comment on policy begun on campaigns is 'To add: whoever creates or imports campaigns.';
create policy changed on campaigns for update using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-campaign'))
    or campaign_id = (select app_created())))
 with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'change-candidate', 'enter-results', 'open-scoring', 'write-sheet', 'close-scoring', 'close-moderation', 'declare-interest', 'judge-interest', 'rank-candidates', 'record-decision', 'export-campaign'))
    or campaign_id = (select app_created())));
comment on policy changed on campaigns is 'To lock: whoever reads it, against a change meanwhile. To change: whoever may change anything in it, since each change counts its version up; campaigns_moved() says which columns.';

create policy seen on panel_members for select using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-campaign'))
    or person_id = (select app_person())
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
comment on policy seen on panel_members is 'To read: the panel of the campaign that was entered, is made or is pooled, and seats of one''s own.';
create policy seated on panel_members for insert with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())));
comment on policy seated on panel_members is 'To add: whoever edits the plan.';
create policy changed on panel_members for update using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())))
 with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())));
comment on policy changed on panel_members is 'To change: whoever edits the plan.';
create policy removed on panel_members for delete using (trust_id = (select app_trust()) and campaign_id = (select app_campaign('edit-plan')));
comment on policy removed on panel_members is 'To remove: whoever edits the plan.';

create policy seen on candidates for select using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-campaign'))
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
comment on policy seen on candidates is 'To read: the candidates of the campaign that was entered, is made or is pooled.';
create policy listed on candidates for insert with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())));
comment on policy listed on candidates is 'To add: whoever edits the plan.';
create policy changed on candidates for update using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('change-candidate'))
    or campaign_id = (select app_campaign('record-decision')) and exists (
      select from decisions d where d.trust_id = candidates.trust_id and d.campaign_id = candidates.campaign_id)))
 with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('change-candidate'))
    or campaign_id = (select app_campaign('record-decision')) and exists (
      select from decisions d where d.trust_id = candidates.trust_id and d.campaign_id = candidates.campaign_id)));
comment on policy changed on candidates is 'To change: whoever says how far candidates came, and whoever records the decision, once it is there.';

create policy seen on interests for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id = (select app_campaign('read-interests'))));
comment on policy seen on interests is 'To read: what the asker declared, and all of the campaign for HR.';
create policy declared on interests for insert with check (trust_id = (select app_trust()) and member_id = (select app_member()) and campaign_id = (select app_campaign('declare-interest')));
comment on policy declared on interests is 'To add: one''s own.';
create policy judged on interests for update using (trust_id = (select app_trust()) and campaign_id = (select app_campaign('read-interests')))
 with check (trust_id = (select app_trust()) and campaign_id = (select app_campaign('judge-interest')));
comment on policy judged on interests is 'To change: HR, who judges, while no order is known.';

create policy seen on reveals for select using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-campaign'))
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
comment on policy seen on reveals is 'To read: of the campaign that was entered, is made or is pooled; nobody but the owner writes.';

create policy own_or_revealed on sheets for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('read-progress'))
    or campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
comment on policy own_or_revealed on sheets is 'To read: the sheets of the asker, all of them for whoever may follow progress and asks for it, all of them once revealed, for whoever reads marks.';
create policy assigned on sheets for insert with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'open-scoring'))
    or campaign_id = (select app_created())));
comment on policy assigned on sheets is 'To add: whoever assigns sheets or opens scoring.';
create policy own_or_officer on sheets for update using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('read-progress'))))
 with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('write-sheet', 'revise-mark'))
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('open-scoring', 'change-candidate', 'judge-interest'))));
comment on policy own_or_officer on sheets is 'To lock: one''s own. To change: one''s own while the phase allows it, and those of others for the officer who sets them aside or no longer requires them.';

create policy own_or_revealed on scores for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
       and sheet_id not in (select s.sheet_id from sheets s where s.trust_id = (select app_trust()) and s.campaign_id = (select app_entered()) and s.state = 'draft') -- the drafts, since those submitted would not fit into a hash
    or campaign_id in (select app_pooled())));
comment on policy own_or_revealed on scores is 'To read: the marks of the asker, and of everybody once revealed, for whoever reads marks, save drafts. Progress opens nothing here.';
create policy own on scores for update using (trust_id = (select app_trust()) and member_id = (select app_member()))
 with check (trust_id = (select app_trust()) and member_id = (select app_member()) and campaign_id = (select app_campaign('write-sheet', 'revise-mark')));
comment on policy own on scores is 'To change: the marks of the asker, while the phase allows it.';
create policy own_or_import on scores for insert with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('write-sheet', 'revise-mark'))
    or campaign_id = (select app_created()) and (select app_may('import-campaign'))));
comment on policy own_or_import on scores is 'To add: the marks of the asker, or all of them in the transaction that imports the campaign.';

create policy own_or_revealed on score_revisions for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
    or campaign_id in (select app_pooled())));
comment on policy own_or_revealed on score_revisions is 'To read: as scores.';
create policy own_or_import on score_revisions for insert with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('revise-mark')) and exists (
      select from sheets s join campaigns c using (trust_id, campaign_id)
       where s.trust_id = score_revisions.trust_id and s.campaign_id = score_revisions.campaign_id and s.sheet_id = score_revisions.sheet_id
         and s.member_id = score_revisions.member_id and c.phase = 'moderation')
    or campaign_id = (select app_created()) and (select app_may('import-campaign'))));
comment on policy own_or_import on score_revisions is 'To add: on the sheets of the asker in moderation, or all of them in the transaction that imports the campaign.';

create policy revealed on psychometric_results for select using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-marks')) and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))
    or campaign_id in (select app_pooled())));
comment on policy revealed on psychometric_results is 'To read: whoever reads marks, once revealed, and nobody before.';

create policy seen on ranking_runs for select using (trust_id = (select app_trust()) and campaign_id = (select app_campaign('read-ranking')));
comment on policy seen on ranking_runs is 'To read: whoever reads rankings, once moderation is closed.';
create policy ranked on ranking_runs for insert with check (trust_id = (select app_trust()) and campaign_id = (select app_campaign('rank-candidates')));
comment on policy ranked on ranking_runs is 'To add: whoever may rank, once moderation is closed.';

create policy seen on decisions for select using (trust_id = (select app_trust()) and campaign_id = (select app_campaign('read-ranking')));
comment on policy seen on decisions is 'To read: whoever reads rankings.';
create policy recorded on decisions for insert with check (trust_id = (select app_trust()) and campaign_id = (select app_campaign('record-decision')));
comment on policy recorded on decisions is 'To add: whoever records the decision, once.';

create policy seen on priors for select using (trust_id = (select app_trust()) and (select app_may('read-priors')));
comment on policy seen on priors is 'To read: whoever reads priors; opening scoring takes one.';
create policy pooled on priors for insert with check (trust_id = (select app_trust()) and (select app_may('pool-priors')));
comment on policy pooled on priors is 'To add: whoever pools.';

create policy seen on audit_events for select using (trust_id = (select app_trust()) and (select app_may('read-audit')));
comment on policy seen on audit_events is 'To read: whoever reads the record.';
create policy noted on audit_events for insert with check (
  trust_id = (select app_trust())
  and actor_id is not distinct from (select app_person())
  and (kind <> 'campaign.exported' or (select app_may('export-campaign'))));
comment on policy noted on audit_events is 'To add: whoever changes something, and in nobody else''s name. An export changes nothing but the record, so here is where it is refused.';

-- +goose Down
drop policy seen on people;
drop policy added on people;
drop policy changed on people;
drop policy seen on person_roles;
drop policy given on person_roles;
drop policy taken on person_roles;
drop policy seen on credentials;
drop policy set_first on credentials;
drop policy set_anew on credentials;
drop policy seen on frameworks;
drop policy written on frameworks;
drop policy changed on frameworks;
drop policy seen on campaigns;
drop policy begun on campaigns;
drop policy changed on campaigns;
drop policy seen on panel_members;
drop policy seated on panel_members;
drop policy changed on panel_members;
drop policy removed on panel_members;
drop policy seen on candidates;
drop policy listed on candidates;
drop policy changed on candidates;
drop policy seen on interests;
drop policy declared on interests;
drop policy judged on interests;
drop policy seen on reveals;
drop policy own_or_revealed on sheets;
drop policy assigned on sheets;
drop policy own_or_officer on sheets;
drop policy own_or_revealed on scores;
drop policy own on scores;
drop policy own_or_import on scores;
drop policy own_or_revealed on score_revisions;
drop policy own_or_import on score_revisions;
drop policy revealed on psychometric_results;
drop policy seen on ranking_runs;
drop policy ranked on ranking_runs;
drop policy seen on decisions;
drop policy recorded on decisions;
drop policy seen on priors;
drop policy pooled on priors;
drop policy seen on audit_events;
drop policy noted on audit_events;
create policy own_trust on people using (trust_id = (select app_trust()));
comment on policy own_trust on people is 'The rows of the trust that the transaction works for, to read and to write.';
create policy own_trust on person_roles using (trust_id = (select app_trust()));
comment on policy own_trust on person_roles is 'The rows of the trust that the transaction works for, to read and to write.';
create policy own_trust on credentials using (trust_id = (select app_trust()));
comment on policy own_trust on credentials is 'Hashes too are visible within the trust: signing in compares them in the program, since argon2id is not for the database to compute.';
create policy own_trust on frameworks using (trust_id = (select app_trust()));
comment on policy own_trust on frameworks is 'The rows of the trust that the transaction works for, to read and to write.';
create policy own_trust on campaigns using (trust_id = (select app_trust()));
comment on policy own_trust on campaigns is 'The rows of the trust that the transaction works for, to read and to write.';
create policy own_trust on panel_members using (trust_id = (select app_trust()));
comment on policy own_trust on panel_members is 'The rows of the trust that the transaction works for, to read and to write.';
create policy own_trust on candidates using (trust_id = (select app_trust()));
comment on policy own_trust on candidates is 'The rows of the trust that the transaction works for, to read and to write.';
create policy own_trust on interests using (trust_id = (select app_trust()));
comment on policy own_trust on interests is 'The rows of the trust that the transaction works for, to read and to write.';
create policy own_trust on ranking_runs using (trust_id = (select app_trust()));
comment on policy own_trust on ranking_runs is 'The rows of the trust that the transaction works for, to read and to add.';
create policy own_trust on decisions using (trust_id = (select app_trust()));
comment on policy own_trust on decisions is 'The rows of the trust that the transaction works for, to read and to add.';
create policy own_trust on priors using (trust_id = (select app_trust()));
comment on policy own_trust on priors is 'The rows of the trust that the transaction works for, to read and to add.';
create policy own_trust on audit_events using (trust_id = (select app_trust()));
comment on policy own_trust on audit_events is 'The rows of the trust that the transaction works for, to read and to add.';
create policy own_trust on reveals for select using (trust_id = (select app_trust()));
comment on policy own_trust on reveals is 'To read only; nobody but the owner writes.';
create policy own_or_revealed on sheets for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (select current_setting('app.progress', true)) = 'yes'
    or campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))));
comment on policy own_or_revealed on sheets is 'To read: the sheets of the asker, all of them for whoever asks for progress, all of them once revealed.';
create policy assign on sheets for insert with check (trust_id = (select app_trust()));
comment on policy assign on sheets is 'Sheets are made for others; who may is decided in the program.';
create policy own_or_officer on sheets for update using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or (select current_setting('app.progress', true)) = 'yes'));
comment on policy own_or_officer on sheets is 'To change: the sheets of the asker, and those of others for whoever may see progress, who withdraws them.';
create policy own_or_revealed on scores for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))));
comment on policy own_or_revealed on scores is 'To read: the marks of the asker, and of everybody once revealed. Progress opens nothing here.';
create policy own on scores for update using (trust_id = (select app_trust()) and member_id = (select app_member()));
comment on policy own on scores is 'To change: the marks of the asker, revealed or not.';
create policy own_or_import on scores for insert with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id in (select c.campaign_id from campaigns c where c.trust_id = (select app_trust()) and c.imported_in = pg_current_xact_id())));
comment on policy own_or_import on scores is 'To add: the marks of the asker, or all of them in the transaction that imports the campaign.';
create policy own_or_revealed on score_revisions for select using (
  trust_id = (select app_trust()) and (
    member_id = (select app_member())
    or campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust()))));
comment on policy own_or_revealed on score_revisions is 'To read: as scores.';
create policy own_or_import on score_revisions for insert with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and exists (
      select from sheets s join campaigns c using (trust_id, campaign_id)
       where s.trust_id = score_revisions.trust_id and s.campaign_id = score_revisions.campaign_id and s.sheet_id = score_revisions.sheet_id
         and s.member_id = score_revisions.member_id and c.phase = 'moderation')
    or campaign_id in (select c.campaign_id from campaigns c where c.trust_id = (select app_trust()) and c.imported_in = pg_current_xact_id())));
comment on policy own_or_import on score_revisions is 'To add: on the sheets of the asker in moderation, or all of them in the transaction that imports the campaign.';
create policy revealed on psychometric_results for select using (
  trust_id = (select app_trust())
  and campaign_id in (select r.campaign_id from reveals r where r.trust_id = (select app_trust())));
comment on policy revealed on psychometric_results is 'To read: by the panel once revealed, and by nobody before.';
drop trigger campaigns_moved on campaigns;
drop trigger campaigns_made on campaigns;
drop function campaigns_moved();
drop function campaigns_made();
drop function enter(uuid, uuid, text, text, boolean);
-- +goose StatementBegin
create function enter(p_trust uuid, p_person uuid, p_campaign text, p_key text)
  returns table (campaign_id uuid, phase text, member_id uuid, chair boolean,
                 request_sha256 bytea, result bytea)
  language plpgsql volatile set search_path = public, pg_temp
as $$
begin
  perform set_config('app.trust', p_trust::text, true),
          set_config('app.person', coalesce(p_person::text, ''), true),
          set_config('app.member', '', true),
          set_config('app.progress', '', true);
  select c.campaign_id, c.phase, m.member_id, coalesce(m.chair, false)
    into campaign_id, phase, member_id, chair
    from campaigns c
    left join panel_members m on m.trust_id = c.trust_id and m.campaign_id = c.campaign_id and m.person_id = p_person
   where c.trust_id = p_trust and c.code = p_campaign;
  if member_id is not null then
    perform set_config('app.member', member_id::text, true);
  end if;
  select k.request_sha256, k.result
    into request_sha256, result
    from idempotency_keys k
   where k.trust_id = p_trust and k.person_id = p_person and k.key = p_key;
  return next;
end
$$;
-- +goose StatementEnd
comment on function enter(uuid, uuid, text, text) is 'Begins every transaction of the program: sets for whom it works until it ends, and tells the campaign of this code, the seat of the person in it and the answer kept under the key; null for what is not there. Guards against a forgotten filter, not against injected SQL, which could call it too.';
-- +goose StatementBegin
create or replace function sheets_left(p_trust uuid, p_campaign uuid, p_limit integer) returns integer
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
-- +goose StatementBegin
create or replace function reveal(p_trust uuid, p_campaign uuid, p_now timestamptz, p_reason text) returns integer
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
-- +goose StatementBegin
create or replace function reveal_imported(p_trust uuid, p_campaign uuid, p_now timestamptz) returns void
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
-- +goose StatementBegin
create or replace function put_result(p_trust uuid, p_campaign uuid, p_candidate uuid, p_instrument text, p_scale text, p_score double precision, p_taken_on date)
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
drop function app_pooled();
drop function app_seats();
drop function app_purpose();
drop function app_created();
drop function app_campaign(text[]);
drop function app_entered();
drop function app_may(text[]);
drop table access_rules;
comment on column person_roles.role is 'What each role may do is the table of package access, not of the database.';
comment on table campaigns is 'A post to be filled and how far its selection is. The service sees all of the trust; which of them a person may read is decided in the program. The plan is frozen by trigger when scoring opens.';
comment on table people is 'An account of a trust: an officer, a panel member, an auditor. Candidates have none. Visible to the service within the trust; who may list them is decided in the program.';
comment on table interests is 'A connection between a panel member and a candidate, declared by the member and judged by HR. The service sees all of the trust; that a member reads their own only is decided in the program.';
