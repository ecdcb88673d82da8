-- +goose Up

-- One row a change, in the transaction of the change. What happened in detail
-- is in audit_payloads, bound by the commitment, so that a payload can be
-- erased and the log still proves what it proved.
create table audit_events (
  trust_id       uuid not null references trusts,
  event_id       uuid not null,
  kind           text not null,
  object_kind    text not null,
  object_id      uuid not null,
  object_version integer not null check (object_version > 0),
  actor_id       uuid,
  at             timestamptz not null,
  commitment     bytea not null check (length(commitment) = 32),
  primary key (trust_id, event_id),
  unique (trust_id, object_id, object_version)
);
comment on table audit_events is 'What was changed, by whom and when, without what it was changed to: ids only, no name, no mark. The service can add and read, and neither change nor delete.';
comment on column audit_events.trust_id is 'The trust in which it happened.';
comment on column audit_events.event_id is 'UUIDv7 made before the commit: nearly the order of time, not that of commits.';
comment on column audit_events.kind is 'noun.what-happened, for example sheet.submitted.';
comment on column audit_events.object_kind is 'trust, person, framework, campaign or sheet.';
comment on column audit_events.object_id is 'The thing that changed. No foreign key: the log outlives what it tells of.';
comment on column audit_events.object_version is 'Version of the thing after the change. Without a gap, so that a missing event shows; from 1 on, for a sheet from 2, since its making is told by the campaign.';
comment on column audit_events.actor_id is 'The person; null: the command line at the server.';
comment on column audit_events.at is 'By the clock of the program, one for the whole transaction.';
comment on column audit_events.commitment is 'SHA-256 of nonce and payload: proves the payload to whoever is shown it, and tells nothing to whoever is not.';

create table audit_payloads (
  trust_id uuid not null,
  event_id uuid not null,
  nonce    bytea not null check (length(nonce) = 32),
  payload  bytea not null,
  primary key (trust_id, event_id),
  foreign key (trust_id, event_id) references audit_events
);
comment on table audit_payloads is 'The details of an event, sealed marks among them. The service can add and not even read them. A row may be erased by the owner; its event stays and still proves that there was one.';
comment on column audit_payloads.trust_id is 'The trust in which it happened.';
comment on column audit_payloads.event_id is 'The event that commits to it.';
comment on column audit_payloads.nonce is '32 random bytes; without them a payload of few possible values, a mark from 1 to 7, could be guessed from the commitment.';
comment on column audit_payloads.payload is 'The JSON that was hashed, byte for byte, hence not jsonb.';

-- The answer to a request that creates or submits, kept in the transaction of
-- the change: sent again with the same key, it is answered again and not done
-- again.
create table idempotency_keys (
  trust_id       uuid not null references trusts,
  person_id      uuid not null,
  key            text not null check (length(key) between 1 and 200),
  request_sha256 bytea not null check (length(request_sha256) = 32),
  result         bytea not null,
  created_at     timestamptz not null,
  primary key (trust_id, person_id, key)
);
comment on table idempotency_keys is 'The answers to requests that may be sent twice. Visible to the person who sent them and to nobody else, since an answer may hold sealed marks.';
comment on column idempotency_keys.trust_id is 'The trust that was asked.';
comment on column idempotency_keys.person_id is 'Who asked; two people may use the same key. The command line has no person and so no key.';
comment on column idempotency_keys.key is 'As the client chose it.';
comment on column idempotency_keys.request_sha256 is 'Of what was asked, so that a key used for something else is noticed and refused.';
comment on column idempotency_keys.result is 'The answer as JSON, given again word for word. Never null: a request that failed is not kept.';
comment on column idempotency_keys.created_at is 'When it was answered first.';

-- Every transaction of the program enters here: it says for which trust and
-- person it works, which makes row-level security let it see anything at all,
-- and learns in the same round trip what it needs to begin.
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

alter table audit_events enable row level security;
alter table audit_payloads enable row level security;
alter table idempotency_keys enable row level security;
create policy own_trust on audit_events using (trust_id = (select app_trust()));
create policy own_trust on audit_payloads using (trust_id = (select app_trust()));
create policy own on idempotency_keys using (trust_id = (select app_trust()) and person_id = (select app_person()));
comment on policy own_trust on audit_events is 'The rows of the trust that the transaction works for, to read and to add.';
comment on policy own_trust on audit_payloads is 'To add only: the service has no right to read.';
comment on policy own on idempotency_keys is 'The answers to the asker, in the trust that the transaction works for.';
grant select, insert on audit_events to appointable_app;
grant insert on audit_payloads to appointable_app;
grant select, insert on idempotency_keys to appointable_app;

-- +goose Down
drop function enter(uuid, uuid, text, text);
drop table idempotency_keys, audit_payloads, audit_events;
