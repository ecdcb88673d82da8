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

create table audit_payloads (
  trust_id uuid not null,
  event_id uuid not null,
  nonce    bytea not null check (length(nonce) = 32),
  payload  bytea not null,
  primary key (trust_id, event_id),
  foreign key (trust_id, event_id) references audit_events
);

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

alter table audit_events enable row level security;
alter table audit_payloads enable row level security;
alter table idempotency_keys enable row level security;
create policy own_trust on audit_events using (trust_id = (select app_trust()));
create policy own_trust on audit_payloads using (trust_id = (select app_trust()));
create policy own on idempotency_keys using (trust_id = (select app_trust()) and person_id = (select app_person()));
grant select, insert on audit_events to appointable_app;
grant insert on audit_payloads to appointable_app;
grant select, insert on idempotency_keys to appointable_app;

-- +goose Down
drop function enter(uuid, uuid, text, text);
drop table idempotency_keys, audit_payloads, audit_events;
