-- One generation of the model; its name takes the place of model_0.
create schema model_0;

-- Posts as the newest event of each tells them. A deleted one stays as a tombstone: its older events may yet come.
create table model_0.posts (
    id uuid primary key,
    revision bigint not null,
    deleted boolean not null,
    author text,
    title text,
    devices text[] not null,
    created_at timestamptz,
    -- What search looks in.
    words text,
    -- As JSON, without the closing brace.
    shown text,
    -- Of the model, when readers saw this first; 0 out of the log.
    version bigint not null,
    changed_at timestamptz not null default now()
);

-- Comments likewise; the post of one may not be known yet.
create table model_0.comments (
    id uuid primary key,
    post_id uuid not null,
    revision bigint not null,
    deleted boolean not null,
    author text,
    created_at timestamptz,
    -- Null unless it may be read.
    words text,
    shown text,
    -- Of the model, when readers saw this first; 0 out of the log.
    version bigint not null,
    changed_at timestamptz not null default now()
);

create index on model_0.comments (post_id, id) where not deleted;

-- What is answered: posts with their first comments, ready to be sent. Ids sort by time.
create table model_0.entries (
    id uuid primary key,
    author text not null,
    devices text[] not null,
    document bytea not null
);

alter table model_0.entries alter column document set storage external;

create index on model_0.entries (author, id);
create index on model_0.entries using gin (devices) with (fastupdate = off);

-- What else happened.
create table model_0.happenings (
    -- Made of the event's source and id.
    key uuid primary key,
    at timestamptz not null,
    type text not null,
    device text,
    by text,
    id text,
    summary text not null,
    changed_at timestamptz not null default now()
);

create index on model_0.happenings (at, key);
create index on model_0.happenings (device, at, key) where device is not null;
create index on model_0.happenings (type, at, key);
