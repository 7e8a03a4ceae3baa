-- What ties simulated to real time; one row. The file beside the journal is read first: PostgreSQL may be away.
create table mission (
    id boolean primary key default true check (id),
    at timestamptz not null,
    elapsed_seconds double precision not null,
    scale double precision not null check (scale > 0)
);

create table command (
    id bigint generated always as identity primary key,
    command_type text not null,
    parameters jsonb not null,
    state text not null default 'pending' check (state in ('pending')),
    created_at timestamptz not null,
    created_by text not null
);

create index command_pending on command (id) where state = 'pending';
