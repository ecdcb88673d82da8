-- +goose Up

-- The ranking of a national round is some hundred megabytes of JSON, most of it
-- the same few keys, which would cross the wire in hexadecimal.
alter table ranking_runs add column packed boolean not null default false;
comment on column ranking_runs.packed is 'Whether result is compressed with gzip: a large one, which nobody reads here. What was shown is the JSON either way.';
comment on column ranking_runs.result is 'The JSON of the ranking byte for byte, hence not jsonb; where packed, compressed.';

-- +goose Down
comment on column ranking_runs.result is 'The JSON of the ranking byte for byte, hence not jsonb.';
alter table ranking_runs drop column packed;
