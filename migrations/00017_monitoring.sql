-- +goose Up

-- The vault of protected characteristics. Its login keeps the door of the
-- schema, and has no right to a table behind it: it works through the functions
-- below, which run as their owner and open only where the same transaction has
-- put what is done on record. No event, no answer. No other login may call them.
comment on schema monitoring is 'Protected characteristics. Only the group appointable_monitoring may enter, and it reads and writes through functions only.';
comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet, prior or monitoring.';
comment on column audit_events.actor_id is 'The person; null: the command line at the server, or a candidate by their link.';

-- One row a candidate, since an audit reads a quarter of a million of them.
-- Nothing has written the former table yet.
drop table monitoring.characteristics;
create table monitoring.characteristics (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  candidate_id uuid not null,
  answers      text not null check (answers ~ '^[a-z-]+=[A-Za-z0-9-]+( [a-z-]+=[A-Za-z0-9-]+)*$'),
  recorded_at  timestamptz not null,
  primary key (trust_id, campaign_id, candidate_id),
  foreign key (trust_id, campaign_id, candidate_id) references public.candidates
);
comment on table monitoring.characteristics is 'What a candidate has said of themselves, for suppressed statistics and nothing else. No row: not asked, not answered, or withdrawn.';
comment on column monitoring.characteristics.trust_id is 'The trust of the campaign.';
comment on column monitoring.characteristics.campaign_id is 'The campaign that the candidate applied in.';
comment on column monitoring.characteristics.candidate_id is 'The candidate; by id and not by code, so that a row beside an export names nobody.';
comment on column monitoring.characteristics.answers is 'Such as ethnicity=A sex=female: the columns of monitoring.csv with the codes of the NHS where it has them. Declining to say is an answer too.';
comment on column monitoring.characteristics.recorded_at is 'When it was entered last.';
alter table monitoring.characteristics enable row level security;
create policy own_trust on monitoring.characteristics using (trust_id = (select app_trust()));
comment on policy own_trust on monitoring.characteristics is 'The rows of the trust that the transaction works for. Nobody but the owner has a right to use it.';

create table monitoring.requests (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  candidate_id uuid not null,
  token_hash   bytea not null check (length(token_hash) = 32),
  asked_at     timestamptz not null,
  expires_at   timestamptz not null,
  answered_at  timestamptz,
  declined     boolean not null default false,
  withdrawn_at timestamptz,
  primary key (trust_id, campaign_id, candidate_id),
  unique (trust_id, token_hash),
  foreign key (trust_id, campaign_id, candidate_id) references public.candidates,
  check (answered_at is null or withdrawn_at is null),
  check (answered_at is not null or not declined)
);
comment on table monitoring.requests is 'Candidates who were asked of their protected characteristics, each by one link. A new link replaces the one before. That somebody answered is here; what, is in characteristics.';
comment on column monitoring.requests.trust_id is 'The trust of the campaign.';
comment on column monitoring.requests.campaign_id is 'The campaign that the candidate applied in.';
comment on column monitoring.requests.candidate_id is 'Who was asked.';
comment on column monitoring.requests.token_hash is 'SHA-256 of the token in the link, which is stored nowhere.';
comment on column monitoring.requests.asked_at is 'When the link was made.';
comment on column monitoring.requests.expires_at is 'The link is refused from this moment on.';
comment on column monitoring.requests.answered_at is 'When the candidate answered last; null: not yet, or withdrawn since.';
comment on column monitoring.requests.declined is 'Whether all that was answered is that one prefers not to say.';
comment on column monitoring.requests.withdrawn_at is 'When the candidate took the answers back; null: did not, or answered since. An import passes over whoever answered or withdrew.';
alter table monitoring.requests enable row level security;
create policy own_trust on monitoring.requests using (trust_id = (select app_trust()));
comment on policy own_trust on monitoring.requests is 'The rows of the trust that the transaction works for. Nobody but the owner has a right to use it.';

-- What is said of a tombstone is said of a restored backup too: whoever is
-- erased is not asked any more, nor are they remembered to have been.
-- +goose StatementBegin
create function tombstones_placed() returns trigger language plpgsql as $$
begin
  delete from monitoring.requests r where r.trust_id = new.trust_id and r.campaign_id = new.campaign_id and r.candidate_id = new.candidate_id;
  return new;
end
$$;
-- +goose StatementEnd
comment on function tombstones_placed() is 'Erases with a candidate''s data that they were asked of them; each time that they are erased, so that a restored backup is cleaned again.';
create trigger tombstones_placed before insert on tombstones for each row execute function tombstones_placed();

-- Entering answers.
-- +goose StatementBegin
create function monitoring_strangers(p_campaign uuid, p_candidates text[]) returns table (candidate text, erased boolean)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select n.candidate, k.candidate_id is not null
      from unnest(p_candidates) as n (candidate)
      left join candidates k on k.trust_id = app_trust() and k.campaign_id = p_campaign and k.code = n.candidate
     where p_campaign = app_campaign('import-monitoring')
       and (k.candidate_id is null or exists (
            select from tombstones b where b.trust_id = k.trust_id and b.campaign_id = k.campaign_id and b.candidate_id = k.candidate_id));
  end;
-- +goose StatementEnd
comment on function monitoring_strangers(uuid, text[]) is 'Which of these codes are no candidate of the campaign that is entered, or were erased, to whoever may import answers there.';

-- +goose StatementBegin
create function monitoring_merged(p_old text, p_new text) returns text
  language sql immutable set search_path = public, pg_temp
  begin atomic
    select string_agg(pair, ' ' order by pair)
      from (select pair from unnest(string_to_array(p_new, ' ')) as n (pair)
            union all
            select pair from unnest(string_to_array(p_old, ' ')) as o (pair)
             where split_part(pair, '=', 1) <> all (select split_part(n.pair, '=', 1) from unnest(string_to_array(p_new, ' ')) as n (pair))) as both_of_them;
  end;
-- +goose StatementEnd
comment on function monitoring_merged(text, text) is 'Answers with others in their place, characteristic by characteristic; what the others do not have stays.';

-- +goose StatementBegin
create function put_monitoring(p_campaign uuid, p_import uuid, p_event uuid, p_now timestamptz, p_candidates text[], p_answers text[])
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if app_campaign('import-monitoring') is distinct from p_campaign or not is_on_record(p_event, 'monitoring.imported', p_import) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
  end if;
  perform from candidates k -- an erasure or an answer under way goes first
    where k.trust_id = app_trust() and k.campaign_id = p_campaign and k.code = any (p_candidates) order by k.candidate_id for update;
  insert into monitoring.characteristics as m (trust_id, campaign_id, candidate_id, answers, recorded_at)
  select k.trust_id, k.campaign_id, k.candidate_id, n.answers, p_now
    from unnest(p_candidates, p_answers) as n (candidate, answers)
    join candidates k on k.trust_id = app_trust() and k.campaign_id = p_campaign and k.code = n.candidate
   where not exists (select from tombstones b where b.trust_id = k.trust_id and b.campaign_id = k.campaign_id and b.candidate_id = k.candidate_id)
     and not exists (
         select from monitoring.requests r
          where r.trust_id = k.trust_id and r.campaign_id = k.campaign_id and r.candidate_id = k.candidate_id
            and (r.answered_at is not null or r.withdrawn_at is not null))
  on conflict (trust_id, campaign_id, candidate_id)
  do update set answers = monitoring_merged(m.answers, excluded.answers), recorded_at = excluded.recorded_at;
end
$$;
-- +goose StatementEnd
comment on function put_monitoring(uuid, uuid, uuid, timestamptz, text[], text[]) is 'Enters answers that were given elsewhere, or replaces them, without showing what was there. Passes over whoever answered here or took their answers back, and does not say whom. Refused (42501) to whoever may not, and where the import is not on record in this transaction.';

-- Asking.
-- +goose StatementBegin
create function monitoring_candidate(p_candidate text) returns uuid
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select k.candidate_id from candidates k
     where k.trust_id = app_trust() and k.campaign_id = app_campaign('ask-monitoring', 'give-subject-access') and k.code = p_candidate;
  end;
-- +goose StatementEnd
comment on function monitoring_candidate(text) is 'The candidate of this code in the campaign that is entered, to whoever may ask candidates or give them their data; null for others.';

-- +goose StatementBegin
create function ask_monitoring(p_campaign uuid, p_candidate uuid, p_event uuid, p_token_hash bytea, p_now timestamptz, p_expires timestamptz)
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if app_campaign('ask-monitoring') is distinct from p_campaign or not is_on_record(p_event, 'candidate.monitoring-asked', p_candidate) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
  end if;
  if exists (select from tombstones b where b.trust_id = app_trust() and b.campaign_id = p_campaign and b.candidate_id = p_candidate) then
    raise exception 'the data of this candidate were erased, and they are not asked again' using errcode = 'AP001';
  end if;
  insert into monitoring.requests (trust_id, campaign_id, candidate_id, token_hash, asked_at, expires_at)
  values (app_trust(), p_campaign, p_candidate, p_token_hash, p_now, p_expires)
  on conflict (trust_id, campaign_id, candidate_id)
  do update set token_hash = excluded.token_hash, asked_at = excluded.asked_at, expires_at = excluded.expires_at;
end
$$;
-- +goose StatementEnd
comment on function ask_monitoring(uuid, uuid, uuid, bytea, timestamptz, timestamptz) is 'Keeps the link by which a candidate is asked; the one before is over. Refused (42501) to whoever may not, and where it is not on record in this transaction; (AP001) for whoever was erased.';

-- +goose StatementBegin
create function monitoring_progress(p_campaign uuid) returns table (asked integer, answered integer, declined integer, withdrawn integer)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select count(*)::integer, count(*) filter (where r.answered_at is not null and not r.declined)::integer,
           count(*) filter (where r.declined)::integer, count(*) filter (where r.withdrawn_at is not null)::integer
      from monitoring.requests r
     where r.trust_id = app_trust() and r.campaign_id = p_campaign and p_campaign = app_campaign('ask-monitoring');
  end;
-- +goose StatementEnd
comment on function monitoring_progress(uuid) is 'How many candidates of the campaign that is entered were asked, answered, declined all of it and withdrew: to the program, which shows no small count. 0 to whoever may not ask.';

-- Answering: by the link, without anybody signed in.
-- +goose StatementBegin
create function monitoring_link(p_token_hash bytea, p_now timestamptz)
  returns table (campaign_id uuid, candidate_id uuid, title text, expires_at timestamptz, answered_at timestamptz, withdrawn_at timestamptz)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  select r.campaign_id, r.candidate_id, c.title, r.expires_at, r.answered_at, r.withdrawn_at
    into campaign_id, candidate_id, title, expires_at, answered_at, withdrawn_at
    from monitoring.requests r join campaigns c on c.trust_id = r.trust_id and c.campaign_id = r.campaign_id
   where r.trust_id = app_trust() and r.token_hash = p_token_hash and r.expires_at > p_now;
  if found then
    perform set_config('app.campaign', campaign_id::text, true);
    return next;
  end if;
end
$$;
-- +goose StatementEnd
comment on function monitoring_link(bytea, timestamptz) is 'Whom a link asks, for which post, and when they answered or withdrew, never what; no row where the link is unknown or over. Enters the campaign, in which the link gives no right to any action.';

-- +goose StatementBegin
create function answer_monitoring(p_token_hash bytea, p_candidate uuid, p_event uuid, p_now timestamptz, p_declined boolean, p_answers text)
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if not is_on_record(p_event, 'candidate.monitoring-answered', p_candidate) then
    raise exception 'this answer is not on record' using errcode = '42501';
  end if;
  update monitoring.requests r set answered_at = p_now, declined = p_declined, withdrawn_at = null
   where r.trust_id = app_trust() and r.campaign_id = app_entered() and r.candidate_id = p_candidate
     and r.token_hash = p_token_hash and r.expires_at > p_now;
  if not found then
    raise exception 'this link is over' using errcode = '42501';
  end if;
  insert into monitoring.characteristics (trust_id, campaign_id, candidate_id, answers, recorded_at)
  values (app_trust(), app_entered(), p_candidate, p_answers, p_now)
  on conflict (trust_id, campaign_id, candidate_id)
  do update set answers = excluded.answers, recorded_at = excluded.recorded_at;
end
$$;
-- +goose StatementEnd
comment on function answer_monitoring(bytea, uuid, uuid, timestamptz, boolean, text) is 'Keeps what a candidate answers by their link, in place of all that was kept of them. Refused (42501) where the link is another''s or over, and where the answering is not on record in this transaction.';

-- +goose StatementBegin
create function withdraw_monitoring(p_token_hash bytea, p_candidate uuid, p_event uuid, p_now timestamptz)
  returns void language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if not is_on_record(p_event, 'candidate.monitoring-withdrawn', p_candidate) then
    raise exception 'this withdrawal is not on record' using errcode = '42501';
  end if;
  update monitoring.requests r set answered_at = null, declined = false, withdrawn_at = p_now
   where r.trust_id = app_trust() and r.campaign_id = app_entered() and r.candidate_id = p_candidate
     and r.token_hash = p_token_hash and r.expires_at > p_now;
  if not found then
    raise exception 'this link is over' using errcode = '42501';
  end if;
  delete from monitoring.characteristics m where m.trust_id = app_trust() and m.campaign_id = app_entered() and m.candidate_id = p_candidate;
end
$$;
-- +goose StatementEnd
comment on function withdraw_monitoring(bytea, uuid, uuid, timestamptz) is 'Deletes all that is kept of a candidate''s characteristics, imported answers among it, by their link. Refused (42501) where the link is another''s or over, and where the withdrawal is not on record in this transaction.';

-- Reading. The record says who reads what of which campaigns and why; what it
-- does not name is not given.
-- +goose StatementBegin
create function shortlist_locked(p_campaign uuid) returns boolean
  language sql stable set search_path = public, pg_temp
  begin atomic
    select exists (select from campaigns c where c.trust_id = app_trust() and c.campaign_id = p_campaign and c.shortlisted_at is not null);
  end;
-- +goose StatementEnd
comment on function shortlist_locked(uuid) is 'Whether nobody can come on the shortlist of a campaign any more, nor off it. From then on the auditor may read how the sift went, and no further.';

-- +goose StatementBegin
create function monitoring_reading(p_event uuid, p_what text) returns setof uuid
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
  select string_agg(c.code, ', ' order by c.code) into closed
    from campaigns c join panel_members m on m.trust_id = c.trust_id and m.campaign_id = c.campaign_id
   where c.trust_id = app_trust() and m.person_id = app_person() and c.code in (select jsonb_array_elements_text(said -> 'campaigns'));
  if closed is not null then
    raise exception 'whoever sits on a panel does not read the characteristics of its candidates; another auditor must: %', left(closed, 200) using errcode = 'AP001';
  end if;
  return query
    select c.campaign_id from campaigns c
     where c.trust_id = app_trust() and c.code in (select jsonb_array_elements_text(said -> 'campaigns'));
end
$$;
-- +goose StatementEnd
comment on function monitoring_reading(uuid, text) is 'The campaigns of which this transaction has put on record, with a reason, that it reads this. Refused (42501) where it has not; (AP001) where a campaign is not decided, nor, for the funnel, its shortlist locked, and where the reader sits on its panel. For the functions below alone.';

-- +goose StatementBegin
create function read_funnel(p_event uuid)
  returns table (campaign text, code uuid, answers text, applied boolean, shortlisted boolean, interviewed boolean, appointable boolean, offered boolean, accepted boolean)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  read uuid[] := array(select monitoring_reading(p_event, 'funnel'));
begin
  return query
    select c.code, gen_random_uuid(), coalesce(a.answers, ''), k.applied, k.shortlisted,
           case when c.phase = 'decided' then k.interviewed end, case when c.phase = 'decided' then k.appointable end,
           case when c.phase = 'decided' then k.offered end, case when c.phase = 'decided' then k.accepted end
      from candidates k
      join campaigns c on c.trust_id = k.trust_id and c.campaign_id = k.campaign_id
      left join monitoring.characteristics a on a.trust_id = k.trust_id and a.campaign_id = k.campaign_id and a.candidate_id = k.candidate_id
     where k.trust_id = app_trust() and k.campaign_id = any (read)
     order by 2; -- at random
end
$$;
-- +goose StatementEnd
comment on function read_funnel(uuid) is 'How far each candidate of the campaigns on record came, beside their answers, under a code that is made for this reading and means nothing in another. Stages after the shortlist are null until the decision is recorded.';

-- +goose StatementBegin
create function read_scores(p_event uuid)
  returns table (campaign text, code uuid, answers text, rater text, assessor uuid, exercise text, criterion text, score double precision, submitted double precision)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  read uuid[] := array(select monitoring_reading(p_event, 'scores'));
begin
  return query
    with coded as materialized (
           select k.campaign_id, k.candidate_id, gen_random_uuid() as code, coalesce(a.answers, '') as answers
             from candidates k left join monitoring.characteristics a on a.trust_id = k.trust_id and a.campaign_id = k.campaign_id and a.candidate_id = k.candidate_id
            where k.trust_id = app_trust() and k.campaign_id = any (read)),
         people as materialized (
           select n.who, gen_random_uuid() as assessor
             from (select distinct coalesce(m.person_id, m.member_id) as who from panel_members m where m.trust_id = app_trust() and m.campaign_id = any (read)) n)
    select c.code, coded.code, coded.answers, m.rater, people.assessor, s.exercise, o.criterion, o.score,
           case when r.sheet_id is null then o.score else r.score end
      from sheets s
      join campaigns c on c.trust_id = s.trust_id and c.campaign_id = s.campaign_id
      join coded on coded.campaign_id = s.campaign_id and coded.candidate_id = s.candidate_id
      join panel_members m on m.trust_id = s.trust_id and m.campaign_id = s.campaign_id and m.member_id = s.member_id
      join people on people.who = coalesce(m.person_id, m.member_id)
      join scores o on o.trust_id = s.trust_id and o.campaign_id = s.campaign_id and o.sheet_id = s.sheet_id
      left join score_revisions r on r.trust_id = o.trust_id and r.campaign_id = o.campaign_id and r.sheet_id = o.sheet_id
             and r.criterion = o.criterion and r.revision = 1
     where s.trust_id = app_trust() and s.campaign_id = any (read) and s.state = 'submitted' and s.stage = 'assessment'
     order by 1, 2, 4, 6, 7;
end
$$;
-- +goose StatementEnd
comment on function read_scores(uuid) is 'The marks of the assessments of the campaigns on record, as they stand and as they were submitted, beside the answers of whom they are of. Candidates and assessors stand under codes that are made for this reading and mean nothing in another; a candidate''s own code is not there.';

-- +goose StatementBegin
create function monitoring_of(p_candidate uuid, p_event uuid)
  returns table (answers text, recorded_at timestamptz, asked_at timestamptz, answered_at timestamptz, withdrawn_at timestamptz)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app_campaign('give-subject-access') is null or not is_on_record(p_event, 'candidate.monitoring-given', p_candidate) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
  end if;
  return query
    select coalesce(a.answers, ''), a.recorded_at, r.asked_at, r.answered_at, r.withdrawn_at
      from candidates k
      left join monitoring.characteristics a on a.trust_id = k.trust_id and a.campaign_id = k.campaign_id and a.candidate_id = k.candidate_id
      left join monitoring.requests r on r.trust_id = k.trust_id and r.campaign_id = k.campaign_id and r.candidate_id = k.candidate_id
     where k.trust_id = app_trust() and k.campaign_id = app_campaign('give-subject-access') and k.candidate_id = p_candidate;
end
$$;
-- +goose StatementEnd
comment on function monitoring_of(uuid, uuid) is 'What is kept of one candidate, for the candidate''s own document. Refused (42501) to whoever may not give it, and where the giving is not on record in this transaction.';

revoke all on function monitoring_strangers(uuid, text[]), put_monitoring(uuid, uuid, uuid, timestamptz, text[], text[]), monitoring_candidate(text),
  ask_monitoring(uuid, uuid, uuid, bytea, timestamptz, timestamptz), monitoring_progress(uuid), monitoring_link(bytea, timestamptz),
  answer_monitoring(bytea, uuid, uuid, timestamptz, boolean, text), withdraw_monitoring(bytea, uuid, uuid, timestamptz),
  monitoring_merged(text, text), shortlist_locked(uuid), monitoring_reading(uuid, text), read_funnel(uuid), read_scores(uuid), monitoring_of(uuid, uuid) from public;
grant execute on function enter(uuid, uuid, text, text, boolean), next_of_candidate(uuid),
  monitoring_strangers(uuid, text[]), put_monitoring(uuid, uuid, uuid, timestamptz, text[], text[]), monitoring_candidate(text),
  ask_monitoring(uuid, uuid, uuid, bytea, timestamptz, timestamptz), monitoring_progress(uuid), monitoring_link(bytea, timestamptz),
  answer_monitoring(bytea, uuid, uuid, timestamptz, boolean, text), withdraw_monitoring(bytea, uuid, uuid, timestamptz),
  read_funnel(uuid), read_scores(uuid), monitoring_of(uuid, uuid) to appointable_monitoring;
grant insert on audit_events, audit_payloads to appointable_monitoring;

-- +goose Down
revoke insert on audit_events, audit_payloads from appointable_monitoring;
revoke execute on function enter(uuid, uuid, text, text, boolean), next_of_candidate(uuid) from appointable_monitoring;
drop function monitoring_of(uuid, uuid);
drop function read_scores(uuid);
drop function read_funnel(uuid);
drop function monitoring_reading(uuid, text);
drop function shortlist_locked(uuid);
drop function withdraw_monitoring(bytea, uuid, uuid, timestamptz);
drop function answer_monitoring(bytea, uuid, uuid, timestamptz, boolean, text);
drop function monitoring_link(bytea, timestamptz);
drop function monitoring_progress(uuid);
drop function ask_monitoring(uuid, uuid, uuid, bytea, timestamptz, timestamptz);
drop function monitoring_candidate(text);
drop function put_monitoring(uuid, uuid, uuid, timestamptz, text[], text[]);
drop function monitoring_merged(text, text);
drop function monitoring_strangers(uuid, text[]);
drop trigger tombstones_placed on tombstones;
drop function tombstones_placed();
drop table monitoring.requests;
comment on column audit_events.actor_id is 'The person; null: the command line at the server.';
comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet or prior.';
comment on schema monitoring is 'Protected characteristics. Only the group appointable_monitoring may enter.';
drop table monitoring.characteristics;
create table monitoring.characteristics (
  trust_id       uuid not null,
  campaign_id    uuid not null,
  candidate_id   uuid not null,
  characteristic text not null,
  answer         text not null check (answer <> ''),
  recorded_at    timestamptz not null,
  primary key (trust_id, campaign_id, candidate_id, characteristic),
  foreign key (trust_id, campaign_id, candidate_id) references public.candidates
);
comment on table monitoring.characteristics is 'What a candidate has said of themselves, for suppressed statistics and nothing else. No row: not asked, or withdrawn.';
comment on column monitoring.characteristics.trust_id is 'The trust of the campaign.';
comment on column monitoring.characteristics.campaign_id is 'The campaign that the candidate applied in.';
comment on column monitoring.characteristics.candidate_id is 'The candidate; by id and not by code, so that a row beside an export names nobody.';
comment on column monitoring.characteristics.characteristic is 'ethnicity, sex, disability and so on: the columns of monitoring.csv.';
comment on column monitoring.characteristics.answer is 'In the codes of the NHS where it has them; declining to say is an answer too.';
comment on column monitoring.characteristics.recorded_at is 'When it was entered last.';
alter table monitoring.characteristics enable row level security;
create policy own_trust on monitoring.characteristics using (trust_id = (select app_trust()));
comment on policy own_trust on monitoring.characteristics is 'The rows of the trust that the transaction works for, to whoever may enter the schema.';
grant select, insert, update, delete on monitoring.characteristics to appointable_monitoring;
