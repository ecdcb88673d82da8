-- +goose Up

create table ranking_runs (
  trust_id      uuid not null,
  campaign_id   uuid not null,
  run_id        uuid not null,
  engine        text not null,
  seed          bigint not null,
  draws         integer not null,
  inputs_sha256 text not null check (inputs_sha256 ~ '^[0-9a-f]{64}$'),
  result        bytea not null,
  created_at    timestamptz not null,
  primary key (trust_id, campaign_id, run_id),
  foreign key (trust_id, campaign_id) references campaigns
);
comment on table ranking_runs is 'A ranking as it was computed and shown, kept for good. Visible within the trust; made only after moderation, so it cannot steer a mark.';
comment on column ranking_runs.trust_id is 'The trust of the campaign.';
comment on column ranking_runs.campaign_id is 'A campaign may be ranked more than once; the run with the highest run_id is the one shown.';
comment on column ranking_runs.run_id is 'UUIDv7, so that its order is that of time.';
comment on column ranking_runs.engine is 'Rule and version that computed it; the same engine, seed and inputs give the same bytes.';
comment on column ranking_runs.seed is 'Of the random numbers; without effect under a rule that draws none.';
comment on column ranking_runs.draws is 'How many samples; without effect under a rule that draws none.';
comment on column ranking_runs.inputs_sha256 is 'Hash in hex of the round that was ranked, as an export of it would have.';
comment on column ranking_runs.result is 'The JSON of the ranking byte for byte, hence not jsonb.';
comment on column ranking_runs.created_at is 'When it was stored.';

create table decisions (
  trust_id    uuid not null,
  campaign_id uuid not null,
  run_id      uuid not null,
  document    jsonb not null,
  decided_at  timestamptz not null,
  primary key (trust_id, campaign_id),
  foreign key (trust_id, campaign_id) references campaigns,
  foreign key (trust_id, campaign_id, run_id) references ranking_runs
);
create index decisions_by_run on decisions (trust_id, run_id, campaign_id);
comment on table decisions is 'The decision of the panel, one a campaign and final: the service can add it and not change it. Visible within the trust.';
comment on column decisions.trust_id is 'The trust of the campaign.';
comment on column decisions.campaign_id is 'The campaign that is decided.';
comment on column decisions.run_id is 'The ranking that the panel had before it.';
comment on column decisions.document is 'Findings, appointed, reserves, reasons and dissent in the words of the panel. The answers in candidates follow from it and may move on; this stays.';
comment on column decisions.decided_at is 'When it was recorded.';

alter table ranking_runs enable row level security;
alter table decisions enable row level security;
create policy own_trust on ranking_runs using (trust_id = (select app_trust()));
create policy own_trust on decisions using (trust_id = (select app_trust()));
comment on policy own_trust on ranking_runs is 'The rows of the trust that the transaction works for, to read and to add.';
comment on policy own_trust on decisions is 'The rows of the trust that the transaction works for, to read and to add.';
grant select, insert on ranking_runs, decisions to appointable_app;

-- +goose Down
drop table decisions, ranking_runs;
