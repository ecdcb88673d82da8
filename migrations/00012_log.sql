-- +goose Up

-- The log of each trust: a Merkle tree (RFC 6962) over its audit events, in an
-- order that the sequencer gives them and signs. The service reads it; only the
-- sequencer writes it, with a login and a key of its own, so that whoever takes
-- over the service can add events and cannot rewrite what was signed.

create table log_heads (
  trust_id   uuid not null references trusts,
  log_number integer not null check (log_number > 0),
  origin     text not null check (origin ~ '^[^\s+]{3,200}$'),
  size       bigint not null default 0 check (size >= 0),
  created_at timestamptz not null,
  primary key (trust_id, log_number),
  unique (trust_id, origin)
);
comment on table log_heads is 'How long each log is. Locked by whoever extends it: two sequencers at once wait for each other.';
comment on column log_heads.trust_id is 'Whose events it holds.';
comment on column log_heads.log_number is 'The highest is the current one; a further one begins where the database was set back to an earlier state and the former cannot be continued.';
comment on column log_heads.origin is 'Name in every checkpoint and of its key: installation/trust. It stays when the installation changes its name.';
comment on column log_heads.size is 'Leaves so far; the next one gets this position.';
comment on column log_heads.created_at is 'By the clock of the sequencer.';

create table log_leaves (
  trust_id   uuid not null,
  log_number integer not null,
  position   bigint not null check (position >= 0),
  event_id   uuid not null,
  hash       bytea not null check (length(hash) = 32),
  leaf       bytea not null,
  primary key (trust_id, log_number, position),
  unique (trust_id, event_id),
  unique (trust_id, hash),
  foreign key (trust_id, log_number) references log_heads,
  foreign key (trust_id, event_id) references audit_events
);
comment on table log_leaves is 'What the log keeps of each event: opaque ids, a time and the commitment. Added once and never changed.';
comment on column log_leaves.trust_id is 'Whose log it is.';
comment on column log_leaves.log_number is 'Which of the trust''s logs.';
comment on column log_leaves.position is 'From 0, without a gap: the order of the log, which is near to that of commits and promises nothing about it.';
comment on column log_leaves.event_id is 'The event; each stands in one place of one log.';
comment on column log_leaves.hash is 'SHA-256(0x00 ‖ leaf), as a receipt holds it.';
comment on column log_leaves.leaf is 'The JSON that was hashed, byte for byte, hence not jsonb.';

create table log_hashes (
  trust_id   uuid not null,
  log_number integer not null,
  hash_index bigint not null check (hash_index >= 0),
  hash       bytea not null check (length(hash) = 32),
  primary key (trust_id, log_number, hash_index),
  foreign key (trust_id, log_number) references log_heads
);
comment on table log_hashes is 'The tree''s nodes, of which a proof needs a few: none is computed twice. Added once and never changed.';
comment on column log_hashes.trust_id is 'Whose log it is.';
comment on column log_hashes.log_number is 'Which of the trust''s logs.';
comment on column log_hashes.hash_index is 'Place of the node as tlog.StoredHashIndex counts them: complete subtrees in the order in which they are complete.';
comment on column log_hashes.hash is 'SHA-256 of the node.';

create table log_checkpoints (
  trust_id   uuid not null,
  log_number integer not null,
  size       bigint not null check (size > 0),
  signed     bytea not null,
  at         timestamptz not null,
  primary key (trust_id, log_number, size),
  foreign key (trust_id, log_number) references log_heads
);
comment on table log_checkpoints is 'What the sequencer has signed: this many leaves have this root. Each was found to begin with the one before. Added once and never changed.';
comment on column log_checkpoints.trust_id is 'Whose log it is.';
comment on column log_checkpoints.log_number is 'Which of the trust''s logs.';
comment on column log_checkpoints.size is 'Leaves that it signs.';
comment on column log_checkpoints.signed is 'The signed note (C2SP tlog-checkpoint), byte for byte.';
comment on column log_checkpoints.at is 'When it was signed, by the clock of the sequencer.';

alter table log_heads enable row level security;
alter table log_leaves enable row level security;
alter table log_hashes enable row level security;
alter table log_checkpoints enable row level security;
create policy own_trust on log_heads for select using (trust_id = (select app_trust()));
create policy own_trust on log_leaves for select using (trust_id = (select app_trust()));
create policy own_trust on log_hashes for select using (trust_id = (select app_trust()));
create policy own_trust on log_checkpoints for select using (trust_id = (select app_trust()));
comment on policy own_trust on log_heads is 'To read only, in the trust that the transaction works for.';
comment on policy own_trust on log_leaves is 'To read only, in the trust that the transaction works for.';
comment on policy own_trust on log_hashes is 'To read only, in the trust that the transaction works for.';
comment on policy own_trust on log_checkpoints is 'To read only, in the trust that the transaction works for.';

-- The sequencer works for no trust and no person: nobody's request reaches it.
create policy sequencer on trusts for select to appointable_sequencer using (true);
create policy sequencer on audit_events for select to appointable_sequencer using (true);
create policy sequencer on log_heads to appointable_sequencer using (true);
create policy sequencer on log_leaves to appointable_sequencer using (true);
create policy sequencer on log_hashes to appointable_sequencer using (true);
create policy sequencer on log_checkpoints to appointable_sequencer using (true);
comment on policy sequencer on trusts is 'Every trust has a log, named after it.';
comment on policy sequencer on audit_events is 'The events of all trusts, which name nobody; their payloads are closed to the sequencer.';
comment on policy sequencer on log_heads is 'The logs of all trusts.';
comment on policy sequencer on log_leaves is 'The logs of all trusts.';
comment on policy sequencer on log_hashes is 'The logs of all trusts.';
comment on policy sequencer on log_checkpoints is 'The logs of all trusts.';

grant select on log_heads, log_leaves, log_hashes, log_checkpoints to appointable_app;
grant select on trusts, audit_events to appointable_sequencer;
grant select, insert, update on log_heads to appointable_sequencer;
grant select, insert on log_leaves, log_hashes, log_checkpoints to appointable_sequencer;

-- +goose Down
revoke select on trusts, audit_events from appointable_sequencer;
drop policy sequencer on audit_events;
drop policy sequencer on trusts;
drop table log_checkpoints, log_hashes, log_leaves, log_heads;
