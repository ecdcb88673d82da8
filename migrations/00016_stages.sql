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
alter policy assigned on sheets with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'open-scoring', 'replace-member'))
    or campaign_id = (select app_created())));
comment on policy assigned on sheets is 'To add: whoever assigns sheets, opens scoring or replaces a member.';
alter policy own_or_officer on sheets with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('write-sheet', 'revise-mark'))
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('open-scoring', 'change-candidate', 'judge-interest', 'replace-member'))));
alter policy changed on campaigns with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'replace-member', 'change-candidate', 'enter-results', 'open-scoring', 'write-sheet', 'close-scoring', 'close-moderation', 'declare-interest', 'judge-interest', 'rank-candidates', 'record-decision', 'export-campaign'))
    or campaign_id = (select app_created())));

-- +goose Down
alter policy changed on campaigns with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'change-candidate', 'enter-results', 'open-scoring', 'write-sheet', 'close-scoring', 'close-moderation', 'declare-interest', 'judge-interest', 'rank-candidates', 'record-decision', 'export-campaign'))
    or campaign_id = (select app_created())));
alter policy own_or_officer on sheets with check (
  trust_id = (select app_trust()) and (
    member_id = (select app_member()) and campaign_id = (select app_campaign('write-sheet', 'revise-mark'))
    or (select app_purpose()) = 'progress' and campaign_id = (select app_campaign('open-scoring', 'change-candidate', 'judge-interest'))));
alter policy assigned on sheets with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan', 'open-scoring'))
    or campaign_id = (select app_created())));
comment on policy assigned on sheets is 'To add: whoever assigns sheets or opens scoring.';
alter policy changed on panel_members using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())))
 with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())));
comment on policy changed on panel_members is 'To change: whoever edits the plan.';
alter policy seated on panel_members with check (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('edit-plan'))
    or campaign_id = (select app_created())));
comment on policy seated on panel_members is 'To add: whoever edits the plan.';
drop trigger panel_kept on panel_members;
drop function panel_kept();
-- +goose StatementBegin
create or replace function app_seats() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select m.campaign_id from panel_members m where m.trust_id = app_trust() and m.person_id = app_person();
  end;
-- +goose StatementEnd
comment on function app_seats() is 'The campaigns in which the person who asks has a seat. As the owner, because the policy of panel_members asks for a campaign and that of campaigns for a seat.';
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
comment on table panel_members is 'A seat on the panel of a campaign. Visible within the trust. Marks belong to the seat, by its rater code, and not to the person.';
