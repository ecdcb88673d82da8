-- +goose Up

-- Who has read what was sealed until the reveal: once a day for each person,
-- campaign and kind, since a page that is opened forty times is read once.
create table readings (
  trust_id    uuid not null,
  campaign_id uuid not null,
  person_id   uuid not null,
  what        text not null check (what in ('sift', 'marks', 'psychometrics', 'ranking')),
  day         date not null,
  reading_id  uuid not null,
  primary key (trust_id, campaign_id, person_id, what, day),
  foreign key (trust_id, campaign_id) references campaigns,
  foreign key (trust_id, person_id) references people
);
comment on table readings is 'Who has read others'' marks, psychometric results or the ranking of a campaign, day by day. The event that goes with a row is in audit_events, under reading_id. Rows are only ever added.';
comment on column readings.trust_id is 'The trust of the campaign.';
comment on column readings.campaign_id is 'The campaign that was read.';
comment on column readings.person_id is 'Who read it. The command line at the server has no person and no row: what it takes out is on record as an export.';
comment on column readings.what is 'sift: others'' marks of it, and the means; marks: those of others in the assessment; psychometrics; ranking.';
comment on column readings.day is 'In universal time.';
comment on column readings.reading_id is 'The object of the event in the record.';
alter table readings enable row level security;
create policy own_or_auditor on readings for select using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('read-audit'))));
comment on policy own_or_auditor on readings is 'To read: one''s own, and all for whoever reads the record.';
create policy own on readings for insert with check (
  trust_id = (select app_trust()) and person_id = (select app_person()) and (
    campaign_id = (select app_campaign('read-marks'))
    or what = 'sift' and campaign_id = (select app_campaign('read-sift'))));
comment on policy own on readings is 'To add: one''s own, of the campaign that was entered, once its marks, or those of its sift, may be read.';
grant select, insert on readings to appointable_app;

comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet, prior, monitoring or reading.';

-- +goose Down
comment on column audit_events.object_kind is 'trust, person, framework, campaign, candidate, sheet, prior or monitoring.';
drop table readings;
