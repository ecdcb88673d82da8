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
comment on column identity.candidates.version is 'Counted up by every change; what If-Match compares.';
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

-- +goose StatementBegin
create function read_identity(p_campaign uuid, p_candidate uuid, p_event uuid)
  returns table (name text, email text, telephone text, reference text, version integer)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  if not app_may('read-identity') then
    raise exception 'not allowed to read who a candidate is' using errcode = '42501';
  end if;
  if not is_on_record(p_event, 'candidate.identity-read', p_candidate) then
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
  if not app_may('edit-identity') or not is_on_record(p_event, 'candidate.identity-changed', p_candidate) then
    raise exception 'not allowed, or not on record' using errcode = '42501';
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

revoke all on function is_on_record(uuid, text, uuid), read_identity(uuid, uuid, uuid),
  put_identity(uuid, uuid, uuid, text, text, text, text, timestamptz) from public;
grant execute on function is_on_record(uuid, text, uuid), read_identity(uuid, uuid, uuid),
  put_identity(uuid, uuid, uuid, text, text, text, text, timestamptz) to appointable_app;

comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet or prior.';

-- +goose Down
comment on column audit_events.object_kind is 'trust, person, framework, campaign, sheet or prior.';
drop function put_identity(uuid, uuid, uuid, text, text, text, text, timestamptz);
drop function read_identity(uuid, uuid, uuid);
drop function is_on_record(uuid, text, uuid);
drop schema monitoring cascade;
drop schema identity cascade;
