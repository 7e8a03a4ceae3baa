-- Shared by every service that publishes. Runs again whenever it changes: each statement must bear that.
create table if not exists outbox (
    seq bigint generated always as identity primary key,
    exchange text not null,
    routing_key text not null,
    message_id text not null,
    -- The dead letter that the message was, or empty.
    redriven text not null,
    body bytea not null,
    written_at timestamptz not null default now(),
    -- Not before: the broker had no queue for it.
    held_until timestamptz not null default '-infinity',
    -- When the broker confirmed it.
    sent_at timestamptz
);

-- Found by what is unsent, never by "seq > last": a lower seq may commit later.
create index if not exists outbox_unsent on outbox (seq) where sent_at is null;

create index if not exists outbox_sent on outbox (sent_at) where sent_at is not null;
