-- Shared by every service that handles events. Runs again whenever it changes: each statement must bear that.
create table if not exists inbox (
    source text not null,
    id text not null,
    handled_at timestamptz not null default now(),
    primary key (source, id)
);

-- Rows come in the order of their time: a few pages of index tell which are old, at no cost to those who write.
create index if not exists inbox_handled on inbox using brin (handled_at) with (autosummarize = on);
