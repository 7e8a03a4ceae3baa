-- Shared by every service that handles events. Runs again whenever it changes: each statement must bear that.
create table if not exists inbox (
    source text not null,
    id text not null,
    handled_at timestamptz not null default now(),
    primary key (source, id)
);
