-- Which generation of the model serves, and which one is being built beside it. A generation is a schema of its own,
-- model_<number>; see model/model.sql. Whoever changes a generation that others see holds this row.
create table model (
    single boolean primary key default true check (single),
    -- Null until the first generation is there.
    serving bigint,
    building bigint,
    -- Counts what readers can see change.
    version bigint not null
) with (fillfactor = 10);

insert into model (version) values (0);

create sequence generations;

create table rebuilds (
    id bigint generated always as identity primary key,
    generation bigint not null,
    state text not null check (state in ('running', 'done', 'failed')),
    -- Taken from the log so far, and how many there are in all.
    events bigint not null default 0,
    total bigint not null default 0,
    started_at timestamptz not null,
    started_by text not null,
    finished_at timestamptz,
    detail text not null
);

create unique index one_rebuild_at_a_time on rebuilds (state) where state = 'running';

-- Indexes in OpenSearch, and how far they follow a generation of the model: up to which row, by version and id.
create table search_indexes (
    generation bigint primary key,
    -- Of its alias.
    name text not null,
    posts_version bigint not null default -1,
    posts_id uuid not null default '00000000-0000-0000-0000-000000000000',
    comments_version bigint not null default -1,
    comments_id uuid not null default '00000000-0000-0000-0000-000000000000',
    -- Whether it has had everything once.
    complete boolean not null default false
);
