-- Every event there ever was on the bus, in the order of the log. Append-only.
create table events (
    -- Taken under a lock that is held until commit: whoever sees a number sees all lower ones.
    seq bigint generated always as identity primary key,
    source text not null,
    id text not null,
    type text not null,
    -- The event as JSON, as it was published.
    body text not null,
    stored_at timestamptz not null default now(),
    unique (source, id)
);

create index events_of_type on events (type, seq);

-- What some service could not handle.
create table dead_letters (
    id uuid primary key,
    -- The queue that it came from, and goes to when it is sent again.
    queue text not null,
    message_id text not null,
    reason text not null,
    tries integer not null,
    body bytea not null,
    arrived_at timestamptz not null default now(),
    redriven_at timestamptz,
    redriven_by text
);

create index dead_letters_by_arrival on dead_letters (arrived_at desc, id);
