-- +goose Up

create table campaigns (
  trust_id             uuid not null references trusts,
  campaign_id          uuid not null,
  code                 text not null,
  title                text not null,
  framework_id         uuid not null,
  document             jsonb not null,
  version              integer not null default 1 check (version > 0),
  phase                text not null default 'draft' check (phase in ('draft', 'scoring', 'moderation', 'deciding', 'decided')),
  framework_sha256     text,
  plan_sha256          text,
  opened_at            timestamptz,
  revealed_at          timestamptz,
  reveal_reason        text not null default '',
  moderated_at         timestamptz,
  decided_at           timestamptz,
  imported_from_sha256 text not null default '',
  imported_in          xid8,
  prior                json,
  created_at           timestamptz not null,
  primary key (trust_id, campaign_id),
  unique (trust_id, code),
  foreign key (trust_id, framework_id) references frameworks,
  check ((phase = 'draft') = (plan_sha256 is null))
);
create index campaigns_by_framework on campaigns (trust_id, framework_id);
comment on table campaigns is 'A post to be filled and how far its selection is. The service sees all of the trust; which of them a person may read is decided in the program. The plan is frozen by trigger when scoring opens.';
comment on column campaigns.trust_id is 'The trust that fills the post.';
comment on column campaigns.campaign_id is 'Also the object of nearly all audit events of a campaign; sheets have events of their own.';
comment on column campaigns.code is 'Name in files and addresses; stays for good.';
comment on column campaigns.title is 'As in document; here so that a list need not read every document.';
comment on column campaigns.framework_id is 'The framework version that marks are given by.';
comment on column campaigns.document is 'The plan: post, exercises, psychometrics, gates, tie chain. Without the panel, which is in panel_members because people sit on it.';
comment on column campaigns.version is 'Counted up by every change of the campaign or of what belongs to it, sheets excepted; what If-Match compares. Two reads with an equal version after moderation have equal inputs to the ranking.';
comment on column campaigns.phase is 'draft, scoring, moderation, deciding, decided: forward only, one at a time. From moderation on there must be a row in reveals, which is what opens the marks.';
comment on column campaigns.framework_sha256 is 'Hash of the framework as locked when scoring opened; null in a draft.';
comment on column campaigns.plan_sha256 is 'Hash of the plan without its panel as locked when scoring opened; null in a draft, never empty.';
comment on column campaigns.opened_at is 'When scoring opened, or the campaign was imported; null before.';
comment on column campaigns.revealed_at is 'When the marks were opened to the panel; null before. Says so, but does not do so: that is the row in reveals.';
comment on column campaigns.reveal_reason is 'Why the chair closed scoring with sheets missing. Empty, and never null, where none was needed.';
comment on column campaigns.moderated_at is 'When moderation closed; from then on composites and ranks are shown and no mark changes.';
comment on column campaigns.decided_at is 'When the decision was recorded; null before.';
comment on column campaigns.imported_from_sha256 is 'Hash of the round that the marks came from; empty, and never null, where they were given here.';
comment on column campaigns.imported_in is 'The transaction that imported the campaign with its marks: in that one alone may marks be loaded for others and be revealed at once. Null where the campaign was made here. Means nothing on another server.';
comment on column campaigns.prior is 'prior.json of the imported round: variance components pooled from earlier ones, which are part of its hash. json and not jsonb, so that it comes out as it went in. Null where there was none.';
comment on column campaigns.created_at is 'When the draft was made or the round imported.';

-- Within a campaign the keys and indexes beside a primary key put the campaign
-- last. With it second, as in the primary key, PostgreSQL takes any of them for
-- a lookup by primary key while a table has no statistics yet, and reads the
-- campaign's rows one by one: an import of 20,000 marks took minutes.
create table panel_members (
  trust_id      uuid not null,
  campaign_id   uuid not null,
  member_id     uuid not null,
  rater         text not null,
  role          text not null,
  marked_chair  boolean not null default false,
  chair         boolean not null default false,
  optional      boolean not null default false,
  exercises     text[] not null default '{}',
  person_id     uuid,
  primary key (trust_id, campaign_id, member_id),
  unique (trust_id, rater, campaign_id),
  unique (trust_id, person_id, campaign_id),
  foreign key (trust_id, campaign_id) references campaigns,
  foreign key (trust_id, person_id) references people
);
comment on table panel_members is 'A seat on the panel of a campaign. Visible within the trust. Marks belong to the seat, by its rater code, and not to the person.';
comment on column panel_members.trust_id is 'The trust of the campaign.';
comment on column panel_members.campaign_id is 'A person on two panels has two seats.';
comment on column panel_members.member_id is 'The seat; what row-level security compares with app.member.';
comment on column panel_members.rater is 'Code under which the marks of the seat go into files and rankings.';
comment on column panel_members.role is 'Capacity on the committee: lay-chair, college-assessor, … No permission follows from it.';
comment on column panel_members.marked_chair is 'Whether the plan names this seat as the chair. Where it names none, the lay chair is.';
comment on column panel_members.chair is 'Whether this seat chairs, worked out from marked_chair and role: what permission follows from. One a campaign at most.';
comment on column panel_members.optional is 'Marks, but reveal does not wait for them.';
comment on column panel_members.exercises is 'Codes of the exercises that the seat marks; empty means all of them, not none.';
comment on column panel_members.person_id is 'Who sits here; null while the seat is empty, and for good in an imported campaign.';

create table candidates (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  candidate_id uuid not null,
  code         text not null,
  applied      boolean,
  shortlisted  boolean,
  interviewed  boolean,
  appointable  boolean,
  offered      boolean,
  accepted     boolean,
  withdrawn_at timestamptz,
  version      integer not null default 1 check (version > 0),
  primary key (trust_id, campaign_id, candidate_id),
  unique (trust_id, code, campaign_id),
  foreign key (trust_id, campaign_id) references campaigns
);
comment on table candidates is 'A candidate of a campaign, by code alone: name, contacts and protected characteristics are not in this schema. Visible within the trust. Each answer is yes, no, or null for not known, and not known is not no.';
comment on column candidates.trust_id is 'The trust of the campaign.';
comment on column candidates.campaign_id is 'Somebody who applies twice is two candidates.';
comment on column candidates.candidate_id is 'Of this application.';
comment on column candidates.code is 'What the panel knows the candidate by.';
comment on column candidates.applied is 'Null: not known.';
comment on column candidates.shortlisted is 'Null: not known. Only a no keeps the candidate from being marked.';
comment on column candidates.interviewed is 'Null: not known, and then a candidate with marks counts as interviewed. Only those interviewed are ranked.';
comment on column candidates.appointable is 'The finding of the panel, from its decision; null before. Not what the gates say.';
comment on column candidates.offered is 'Whether a post was offered; the decision writes it for those it appoints. Null: not known.';
comment on column candidates.accepted is 'Whether the offer was accepted. Null: not known.';
comment on column candidates.withdrawn_at is 'When the candidate withdrew; null: still in. Whoever withdrew is not ranked, and their marks stay.';
comment on column candidates.version is 'What If-Match compares. Audit events of candidates are those of their campaign.';

create table interests (
  trust_id     uuid not null,
  campaign_id  uuid not null,
  member_id    uuid not null,
  candidate_id uuid not null,
  nature       text not null check (nature in ('knows', 'worked-with', 'supervised', 'related', 'other')),
  details      text not null,
  late         boolean not null,
  declared_at  timestamptz not null,
  outcome      text not null default '' check (outcome in ('', 'marks-stand', 'marks-withdrawn')),
  reason       text not null default '',
  judged_at    timestamptz,
  primary key (trust_id, campaign_id, member_id, candidate_id),
  foreign key (trust_id, campaign_id, member_id) references panel_members,
  foreign key (trust_id, campaign_id, candidate_id) references candidates
);
create index interests_by_candidate on interests (trust_id, candidate_id, campaign_id);
comment on table interests is 'A connection between a panel member and a candidate, declared by the member and judged by HR. The service sees all of the trust; that a member reads their own only is decided in the program.';
comment on column interests.trust_id is 'The trust of the campaign.';
comment on column interests.campaign_id is 'The campaign of both.';
comment on column interests.member_id is 'The seat that declares.';
comment on column interests.candidate_id is 'The candidate it is about.';
comment on column interests.nature is 'related includes married; a related member stands down, so their marks cannot stand.';
comment on column interests.details is 'In the words of the member.';
comment on column interests.late is 'Declared after scoring had opened. Worked out then and kept: the phase moves on.';
comment on column interests.declared_at is 'When the member declared it.';
comment on column interests.outcome is 'Empty, and never null, until HR has judged it. marks-withdrawn: the sheets of the member for the candidate are set aside, and no further one is made or submitted.';
comment on column interests.reason is 'Why HR judged so; empty until then.';
comment on column interests.judged_at is 'Null until HR has judged it.';

-- The plan is locked before the first mark, and a campaign only moves forward.
-- +goose StatementBegin
create function campaigns_locked() returns trigger language plpgsql as $$
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
create trigger campaigns_locked before insert or update on campaigns for each row execute function campaigns_locked();
comment on function campaigns_locked() is 'Refuses (AP001) a change to a locked plan, a phase out of turn, a phase past scoring without a reveal, and the claim to have been imported by another transaction than this.';

alter table campaigns enable row level security;
alter table panel_members enable row level security;
alter table candidates enable row level security;
alter table interests enable row level security;
create policy own_trust on campaigns using (trust_id = (select app_trust()));
create policy own_trust on panel_members using (trust_id = (select app_trust()));
create policy own_trust on candidates using (trust_id = (select app_trust()));
create policy own_trust on interests using (trust_id = (select app_trust()));
comment on policy own_trust on campaigns is 'The rows of the trust that the transaction works for, to read and to write.';
comment on policy own_trust on panel_members is 'The rows of the trust that the transaction works for, to read and to write.';
comment on policy own_trust on candidates is 'The rows of the trust that the transaction works for, to read and to write.';
comment on policy own_trust on interests is 'The rows of the trust that the transaction works for, to read and to write.';
grant select, insert, update on campaigns, panel_members, candidates, interests to appointable_app;
grant delete on panel_members to appointable_app;

-- +goose Down
drop table interests, candidates, panel_members, campaigns;
drop function campaigns_locked();
