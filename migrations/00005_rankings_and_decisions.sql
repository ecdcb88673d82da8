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
create index decisions_by_run on decisions (trust_id, campaign_id, run_id);

alter table ranking_runs enable row level security;
alter table decisions enable row level security;
create policy own_trust on ranking_runs using (trust_id = (select app_trust()));
create policy own_trust on decisions using (trust_id = (select app_trust()));
grant select, insert on ranking_runs, decisions to appointable_app;

-- +goose Down
drop table decisions, ranking_runs;
