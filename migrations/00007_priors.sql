-- +goose Up

create table priors (
  trust_id   uuid not null references trusts,
  prior_id   uuid not null,
  framework  text not null,
  version    integer not null check (version > 0),
  document   json not null,
  engine     text not null,
  created_at timestamptz not null,
  primary key (trust_id, prior_id),
  unique (trust_id, framework, version)
);
comment on table priors is 'Variance components pooled from the decided campaigns of a trust: what a ranking believes before it sees marks. One row a refit, kept for good; no mark and no name in it. Visible within the trust.';
comment on column priors.trust_id is 'The trust whose campaigns were pooled; no other trust learns from them.';
comment on column priors.prior_id is 'UUIDv7; the object of its one audit event.';
comment on column priors.framework is 'Code of the framework by which the campaigns were marked, in any version with the dimensions and the scale of document.';
comment on column priors.version is 'Counts the refits of the framework: 1, 2, …. Not the version of the framework.';
comment on column priors.document is 'prior.json: the components and where they come from. json and not jsonb, so that campaigns.prior can be compared with it byte for byte.';
comment on column priors.engine is 'Version of the model that fitted it, as in document.';
comment on column priors.created_at is 'When it was stored.';

alter table priors enable row level security;
create policy own_trust on priors using (trust_id = (select app_trust()));
comment on policy own_trust on priors is 'The rows of the trust that the transaction works for, to read and to add.';
grant select, insert on priors to appointable_app;

comment on column campaigns.prior is 'What its ranking believes before it sees marks. Of an imported round: its prior.json. Else a copy of the newest row of priors that fits, taken when scoring opens and kept for good, whatever is pooled later. Part of the hash of the round; json and not jsonb, so that it comes out as it went in. Null in a draft made here, and where there was none: then the default holds.';
comment on column audit_events.object_kind is 'trust, person, framework, campaign, sheet or prior.';

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
comment on function campaigns_locked() is 'Refuses (AP001) a change to a locked plan, a phase out of turn, a phase past scoring without a reveal, a prior that is not one of the trust taken as scoring opens, and the claim to have been imported by another transaction than this.';

-- +goose Down
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
  if new.imported_in is distinct from old.imported_in or new.prior::text is distinct from old.prior::text then
    raise exception 'how a campaign began does not change' using errcode = 'AP001';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
comment on function campaigns_locked() is 'Refuses (AP001) a change to a locked plan, a phase out of turn, a phase past scoring without a reveal, and the claim to have been imported by another transaction than this.';
comment on column campaigns.prior is 'prior.json of the imported round: variance components pooled from earlier ones, which are part of its hash. json and not jsonb, so that it comes out as it went in. Null where there was none.';
comment on column audit_events.object_kind is 'trust, person, framework, campaign or sheet.';
drop table priors;
