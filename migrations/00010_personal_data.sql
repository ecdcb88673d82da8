-- +goose Up

-- Who a candidate is, apart from what was made of them: everywhere else a
-- candidate is a code. The service can neither read nor write here by itself.
-- The functions below do it as their owner, and read only where the same
-- transaction has put the reading on record: no event, no name.
create schema identity;
create table identity.candidates (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  candidate_id uuid not null,
  name         text not null check (btrim(name) <> ''),
  email        text not null default '',
  telephone    text not null default '',
  reference    text not null default '',
  version      integer not null default 1 check (version > 0),
  changed_at   timestamptz not null,
  primary key (trust_id, campaign_id, candidate_id),
  foreign key (trust_id, campaign_id, candidate_id) references public.candidates
);
comment on schema identity is 'Name and contacts of candidates. Read and written through functions only.';
comment on table identity.candidates is 'Who a candidate is. No row: nobody has said, or it was erased. Nothing that a panel, a ranking, an export or a log line reads comes from here.';
comment on column identity.candidates.trust_id is 'The trust of the campaign.';
comment on column identity.candidates.campaign_id is 'The campaign that the candidate applied in; who applies twice is entered twice.';
comment on column identity.candidates.candidate_id is 'The candidate whose code is in public.candidates.';
comment on column identity.candidates.name is 'As the candidate writes it.';
comment on column identity.candidates.email is 'Empty, and never null, where none was given.';
comment on column identity.candidates.telephone is 'Empty, and never null, where none was given.';
comment on column identity.candidates.reference is 'The number under which the trust''s recruitment system has the application. Empty, and never null, where there is none.';
comment on column identity.candidates.version is 'Counted up by every change.';
comment on column identity.candidates.changed_at is 'When it was entered or changed last.';
alter table identity.candidates enable row level security;
create policy own_trust on identity.candidates using (trust_id = (select app_trust()));
comment on policy own_trust on identity.candidates is 'The rows of the trust that the transaction works for. Nobody but the owner has a right to use it.';

-- What candidates say of their protected characteristics. The service's login
-- is denied at the door of the schema, whatever it asks and whoever asks through
-- it; only the monitoring login, with a pool of its own, comes in.
create schema monitoring;
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
comment on schema monitoring is 'Protected characteristics. Only the group appointable_monitoring may enter.';
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
grant usage on schema monitoring to appointable_monitoring;
grant select, insert, update, delete on monitoring.characteristics to appointable_monitoring;
grant execute on function app_trust() to appointable_monitoring;

-- Whether this very transaction has recorded an event of this kind of this
-- object by this person. The row's xmin is the transaction's own id, which
-- nobody can put there in another one.
-- +goose StatementBegin
create function is_on_record(p_event uuid, p_kind text, p_object uuid) returns boolean
  language sql stable set search_path = public, pg_temp
  begin atomic
    select exists (
      select from audit_events e
       where e.trust_id = app_trust() and e.event_id = p_event and e.kind = p_kind and e.object_id = p_object
         and e.actor_id is not distinct from app_person() and e.xmin = pg_current_xact_id()::xid);
  end;
-- +goose StatementEnd
comment on function is_on_record(uuid, text, uuid) is 'Whether this transaction has recorded this event of this object by the person it works for.';

-- Events of a candidate count 1, 2, 3, …; the lock keeps two readings at once
-- from taking one number. As the owner, since to lock a row takes the right to
-- change it.
-- +goose StatementBegin
create function next_of_candidate(p_candidate uuid) returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  perform from candidates k where k.trust_id = app_trust() and k.campaign_id = app_entered() and k.candidate_id = p_candidate for update;
  if not found then
    raise exception 'no candidate of the campaign that is entered' using errcode = '42501';
  end if;
  return (select coalesce(max(e.object_version), 0) + 1 from audit_events e where e.trust_id = app_trust() and e.object_id = p_candidate);
end
$$;
-- +goose StatementEnd
comment on function next_of_candidate(uuid) is 'The version of the next event of a candidate of the campaign that is entered, who is locked until the transaction ends.';

-- +goose StatementBegin
create function identity_readings(p_candidate uuid) returns setof timestamptz
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select e.at from audit_events e
     where e.trust_id = app_trust() and e.object_id = p_candidate and e.kind = 'candidate.identity-read' and app_may('give-subject-access')
     order by e.object_version;
  end;
-- +goose StatementEnd
comment on function identity_readings(uuid) is 'When it was read who a candidate is, for the candidate''s own document. As the owner, since the log is for auditors.';

-- +goose StatementBegin
create function read_identity(p_campaign uuid, p_candidate uuid, p_event uuid)
  returns table (name text, email text, telephone text, reference text, version integer)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if app_campaign('read-identity', 'give-subject-access') is distinct from p_campaign then
    raise exception 'not allowed to read who a candidate is' using errcode = '42501';
  end if;
  if not is_on_record(p_event, 'candidate.identity-read', p_candidate) and not is_on_record(p_event, 'candidate.subject-access-made', p_candidate) then
    raise exception 'this reading is not on record' using errcode = '42501';
  end if;
  return query
    select i.name, i.email, i.telephone, i.reference, i.version from identity.candidates i
     where i.trust_id = app_trust() and i.campaign_id = p_campaign and i.candidate_id = p_candidate;
end
$$;
-- +goose StatementEnd
comment on function read_identity(uuid, uuid, uuid) is 'Who a candidate is, to whoever may know and has put the reading on record in this transaction; refused (42501) otherwise.';

-- +goose StatementBegin
create function put_identity(p_campaign uuid, p_candidate uuid, p_event uuid, p_name text, p_email text, p_telephone text, p_reference text, p_now timestamptz)
  returns integer language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  now_version integer;
begin
  if app_campaign('edit-identity') is distinct from p_campaign or not is_on_record(p_event, 'candidate.identity-changed', p_candidate) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
  end if;
  if exists (select from tombstones b where b.trust_id = app_trust() and b.campaign_id = p_campaign and b.candidate_id = p_candidate) then
    raise exception 'the data of this candidate were erased, and are not entered again' using errcode = 'AP001';
  end if;
  insert into identity.candidates as i (trust_id, campaign_id, candidate_id, name, email, telephone, reference, changed_at)
  values (app_trust(), p_campaign, p_candidate, p_name, p_email, p_telephone, p_reference, p_now)
  on conflict (trust_id, campaign_id, candidate_id)
  do update set name = excluded.name, email = excluded.email, telephone = excluded.telephone, reference = excluded.reference,
                changed_at = excluded.changed_at, version = i.version + 1
  returning i.version into now_version;
  return now_version;
end
$$;
-- +goose StatementEnd
comment on function put_identity(uuid, uuid, uuid, text, text, text, text, timestamptz) is 'Enters who a candidate is, or replaces it without showing what it was; returns the version. Refused (42501) to whoever may not, and where the change is not on record in this transaction.';

revoke all on function next_of_candidate(uuid), identity_readings(uuid), is_on_record(uuid, text, uuid), read_identity(uuid, uuid, uuid),
  put_identity(uuid, uuid, uuid, text, text, text, text, timestamptz) from public;
grant execute on function next_of_candidate(uuid), identity_readings(uuid), read_identity(uuid, uuid, uuid),
  put_identity(uuid, uuid, uuid, text, text, text, text, timestamptz) to appointable_app;

comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet or prior.';

-- How long a campaign's personal data are kept, and what keeps them longer.
create table retention (
  trust_id    uuid not null,
  campaign_id uuid not null,
  keep_until  date,
  hold        text not null default '',
  changed_at  timestamptz not null,
  primary key (trust_id, campaign_id),
  foreign key (trust_id, campaign_id) references campaigns
);
comment on table retention is 'Until when the personal data of a campaign are kept. No row: nobody has said yet, and nothing is due.';
comment on column retention.trust_id is 'The trust of the campaign.';
comment on column retention.campaign_id is 'The campaign whose candidates it is about.';
comment on column retention.keep_until is 'The last day; from the next on the data are due to be erased. Null: not decided.';
comment on column retention.hold is 'Why nothing may be erased, a claim before a tribunal for one. Empty, and never null, where nothing is held.';
comment on column retention.changed_at is 'When it was said last.';
alter table retention enable row level security;
create policy own_trust on retention using (trust_id = (select app_trust()) and campaign_id = (select app_campaign('set-retention')));
comment on policy own_trust on retention is 'Of the campaign that is entered, to whoever may set retention there.';
grant select, insert, update on retention to appointable_app;

create table tombstones (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  candidate_id uuid not null,
  campaign     text not null,
  candidate    text not null,
  event_id     uuid not null,
  erased_at    timestamptz not null,
  primary key (trust_id, campaign_id, candidate_id),
  foreign key (trust_id, campaign_id, candidate_id) references candidates,
  foreign key (trust_id, event_id) references audit_events
);
comment on table tombstones is 'Whose personal data were erased. Written by erase_candidate() only. A restored backup has the data again: the list kept outside says whose must go once more.';
comment on column tombstones.trust_id is 'The trust of the campaign.';
comment on column tombstones.campaign_id is 'The campaign of the candidate.';
comment on column tombstones.candidate_id is 'Whose data are gone; the code and the marks stay, for the statistics and for the fairness of the others.';
comment on column tombstones.campaign is 'Its code, so that the list can be read and kept outside.';
comment on column tombstones.candidate is 'The code of the candidate, likewise.';
comment on column tombstones.event_id is 'The event that says so.';
comment on column tombstones.erased_at is 'When it was done first.';
alter table tombstones enable row level security;
create policy own_trust on tombstones for select using (trust_id = (select app_trust()) and (select app_may('read-tombstones')));
comment on policy own_trust on tombstones is 'To read within the trust, by whoever sees to erasure; nobody but the owner writes.';
grant select on tombstones to appointable_app;

-- A submitted mark changes by a revision only, save that its note is erased with
-- the candidate's data: erase_candidate() does that as the owner.
drop trigger scores_kept on scores;
create trigger scores_kept before insert or update on scores for each row when (current_user <> 'appointable_owner') execute function scores_kept();

-- What is personal goes: name and contacts, protected characteristics, notes,
-- interests in words, the payloads of the log that hold notes, and answers kept
-- for requests sent twice. Code, marks and ranking stay.
-- +goose StatementBegin
create function erase_candidate(p_campaign uuid, p_candidate uuid, p_event uuid, p_now timestamptz) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if app_campaign('erase-candidate') is distinct from p_campaign or not is_on_record(p_event, 'candidate.erased', p_candidate) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
  end if;
  if not exists (select from candidates k where k.trust_id = app_trust() and k.campaign_id = p_campaign and k.candidate_id = p_candidate) then
    raise exception 'no candidate of this campaign' using errcode = '42501';
  end if;
  if exists (select from retention r where r.trust_id = app_trust() and r.campaign_id = p_campaign and r.hold <> '') then
    raise exception 'the data of this campaign are held' using errcode = 'AP001';
  end if;
  if not exists (select from campaigns c where c.trust_id = app_trust() and c.campaign_id = p_campaign and c.phase = 'decided') then
    raise exception 'nothing is erased before the decision is recorded' using errcode = 'AP001';
  end if;
  delete from identity.candidates i where i.trust_id = app_trust() and i.campaign_id = p_campaign and i.candidate_id = p_candidate;
  delete from monitoring.characteristics m where m.trust_id = app_trust() and m.campaign_id = p_campaign and m.candidate_id = p_candidate;
  update interests i set details = '', reason = '' where i.trust_id = app_trust() and i.campaign_id = p_campaign and i.candidate_id = p_candidate;
  update score_revisions r set evidence = '', reason = 'erased' from sheets s
   where s.trust_id = app_trust() and s.campaign_id = p_campaign and s.candidate_id = p_candidate
     and r.trust_id = s.trust_id and r.campaign_id = s.campaign_id and r.sheet_id = s.sheet_id;
  update scores m set evidence = '' from sheets s
   where s.trust_id = app_trust() and s.campaign_id = p_campaign and s.candidate_id = p_candidate
     and m.trust_id = s.trust_id and m.campaign_id = s.campaign_id and m.sheet_id = s.sheet_id;
  delete from audit_payloads p using audit_events e, candidates k
   where k.trust_id = app_trust() and k.campaign_id = p_campaign and k.candidate_id = p_candidate
     and p.trust_id = app_trust() and e.trust_id = p.trust_id and e.event_id = p.event_id
     and (e.object_kind = 'candidate' and e.object_id = p_candidate and e.event_id <> p_event
          or e.object_kind = 'campaign' and e.object_id = p_campaign and e.kind in ('campaign.interest-declared', 'campaign.interest-judged')
             and convert_from(p.payload, 'UTF8')::jsonb ->> 'candidate' = k.code
          or e.object_kind = 'sheet' and e.object_id in (
               select s.sheet_id from sheets s where s.trust_id = app_trust() and s.campaign_id = p_campaign and s.candidate_id = p_candidate));
  delete from idempotency_keys k where k.trust_id = app_trust() and k.created_at < p_now - interval '10 minutes'; -- nobody repeats those
  insert into tombstones (trust_id, campaign_id, candidate_id, campaign, candidate, event_id, erased_at)
  select k.trust_id, k.campaign_id, k.candidate_id, c.code, k.code, p_event, p_now
    from candidates k join campaigns c on c.trust_id = k.trust_id and c.campaign_id = k.campaign_id
   where k.trust_id = app_trust() and k.campaign_id = p_campaign and k.candidate_id = p_candidate
  on conflict (trust_id, campaign_id, candidate_id) do nothing;
end
$$;
-- +goose StatementEnd
comment on function erase_candidate(uuid, uuid, uuid, timestamptz) is 'Erases what is personal of a candidate, once and for good. Refused (42501) to whoever may not or has not put it on record in this transaction, and (AP001) where the campaign is held or not decided.';
revoke all on function erase_candidate(uuid, uuid, uuid, timestamptz) from public;
grant execute on function erase_candidate(uuid, uuid, uuid, timestamptz) to appointable_app;

-- +goose Down
drop function erase_candidate(uuid, uuid, uuid, timestamptz);
drop trigger scores_kept on scores;
create trigger scores_kept before insert or update on scores for each row execute function scores_kept();
drop table tombstones, retention;
comment on column audit_events.object_kind is 'trust, person, framework, campaign, sheet or prior.';
drop function put_identity(uuid, uuid, uuid, text, text, text, text, timestamptz);
drop function read_identity(uuid, uuid, uuid);
drop function is_on_record(uuid, text, uuid);
drop function identity_readings(uuid);
drop function next_of_candidate(uuid);
drop schema monitoring cascade;
drop schema identity cascade;
