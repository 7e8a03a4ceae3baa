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
create index dead_letters_by_queue on dead_letters (queue, arrived_at desc, id);

-- Callback addresses. What waits for one is the log after its position, so that it costs nothing to be away.
create table subscriptions (
    id uuid primary key,
    url text not null,
    -- Empty: every type.
    types text[] not null,
    -- As it was shown: whoever signs needs the key itself, so that a hash would not do. It can only make signatures
    -- that subscribers trust; it opens nothing of ours, and this database is open to event-bus alone.
    secret text not null,
    created_at timestamptz not null,
    created_by text not null,
    -- Everything up to here was taken, given up, or is none of its types.
    position bigint not null,
    delivered bigint not null default 0,
    -- Of the first event after the position.
    tries integer not null default 0,
    retry_at timestamptz,
    last_status integer,
    last_error text,
    -- One copy delivers at a time.
    leased_by uuid,
    leased_until timestamptz not null default '-infinity'
);

-- Dead letters of subscriptions that are to be delivered again, beside the log.
create table redeliveries (
    dead_letter uuid primary key references dead_letters,
    subscription uuid not null references subscriptions on delete cascade,
    tries integer not null default 0,
    retry_at timestamptz not null default '-infinity'
);

create index redeliveries_of_subscription on redeliveries (subscription, retry_at);
