-- +goose Up

-- A database that was set back to an earlier state cannot continue its log:
-- what was signed since is known outside and no longer here. The log is ended,
-- and a successor under another name says in its first leaf what was published
-- of it last.
alter table log_heads add column succeeds bytea, add column ended_at timestamptz;
comment on column log_heads.succeeds is 'The last published checkpoint (a signed note) of the log that this one follows, as its first leaf names it; null: the first log of the trust.';
comment on column log_heads.ended_at is 'When a successor was begun; then nothing is added and nothing signed any more. Null: the current log.';
comment on column log_heads.log_number is 'Which of the trust''s logs; a further one begins where the database was set back to an earlier state and the former cannot be continued. Numbers may be left out: of a log that was begun after the backup nothing is here.';
create unique index log_heads_current on log_heads (trust_id) where ended_at is null;

-- What each successor says in its first leaf, for the bundle of evidence; as the
-- owner, since the service can add payloads and not read them.
-- +goose StatementBegin
create function log_restarts()
  returns table (log_number integer, event_id uuid, kind text, object_kind text, object_id uuid, object_version integer, actor_id uuid, at timestamptz,
                 commitment bytea, withheld boolean, nonce bytea, payload bytea)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app_campaign('export-campaign') is null then
    raise exception 'not allowed to take a campaign out' using errcode = '42501';
  end if;
  return query
    select h.log_number, e.event_id, e.kind, e.object_kind, e.object_id, e.object_version, e.actor_id, e.at, e.commitment, false, p.nonce, p.payload
      from log_heads h
      join log_leaves l on l.trust_id = h.trust_id and l.log_number = h.log_number and l.position = 0
      join audit_events e on e.trust_id = l.trust_id and e.event_id = l.event_id
      left join audit_payloads p on p.trust_id = e.trust_id and p.event_id = e.event_id
     where h.trust_id = app_trust() and h.succeeds is not null;
end
$$;
-- +goose StatementEnd
comment on function log_restarts() is 'The events by which logs of the trust were begun anew, with what they commit to, for whoever may take the campaign out that is entered; refused (42501) to others.';
revoke all on function log_restarts() from public;
grant execute on function log_restarts() to appointable_app;

-- +goose Down
drop function log_restarts();
drop index log_heads_current;
alter table log_heads drop column succeeds, drop column ended_at;
comment on column log_heads.log_number is 'The highest is the current one; a further one begins where the database was set back to an earlier state and the former cannot be continued.';
