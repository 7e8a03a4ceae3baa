-- Every set of rules there ever was. The one with the highest version counts.
create table rules (
    version integer primary key,
    changed_at timestamptz not null,
    changed_by text not null,
    -- A list, as JSON.
    rules text not null
);

insert into rules (version, changed_at, changed_by, rules) values (1, now(), 'moderation', '[
    {"id":"length","kind":"length","action":"reject","maximum":5000},
    {"id":"rate","kind":"rate","action":"reject","comments":20,"seconds":60,"note":"Wait a minute, then edit it or write it anew"},
    {"id":"links","kind":"links","action":"hold","maximum":3,"note":"A flight director looks at comments with many links"},
    {"id":"words","kind":"words","action":"hold","words":[]}
]');

-- What moderation knows of comments, from their events.
create table comments (
    id uuid primary key,
    -- Of one author's comments the order in which they were decided first; see take_turn.
    seq bigint generated always as identity,
    post_id uuid not null,
    author text not null,
    created_at timestamptz not null,
    text_revision bigint not null,
    deleted boolean not null,
    -- The newest decision and what it says; null only within the transaction that takes the comment, or where the
    -- comment was deleted before it was ever seen.
    decision uuid,
    status text
);

create index comments_of_author on comments (author, created_at);
create index comments_by_decision on comments (decision) where not deleted;
create index comments_by_status on comments (status, decision) where not deleted;
create index comments_of_post on comments (post_id, decision) where not deleted;

-- What was looked at. Gone when the comment is.
create table texts (
    comment_id uuid not null references comments (id),
    text_revision bigint not null,
    text text not null,
    primary key (comment_id, text_revision)
);

-- Append-only.
create table decisions (
    -- In the order of time.
    id uuid primary key,
    comment_id uuid not null references comments (id),
    text_revision bigint not null,
    number bigint not null,
    status text not null,
    rule text,
    reason text,
    -- Null where a person decided.
    rules_version integer references rules (version),
    by text not null,
    at timestamptz not null,
    unique (comment_id, text_revision, number)
);

-- Called first in each transaction that decides by rules; tells the version of the rules that counts. Until it ends the
-- rules do not change, and nobody else decides on this author's comments, so that rates are counted right. One
-- transaction may decide on many comments. It waits for an author only while it has no other: else two that wait for
-- each other would be stuck. It fails instead, and is done again in parts.
create function take_turn(author text) returns integer language plpgsql as $$
declare
    key bigint := hashtextextended(author, 0);
begin
    -- A copy that hangs in the middle must not hold up the others for ever.
    perform set_config('idle_in_transaction_session_timeout', '30s', true);
    perform pg_advisory_xact_lock_shared(1, 1);
    if not pg_try_advisory_xact_lock(key) then
        if exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted
            and objsubid = 1) then
            raise exception 'Another copy decides on comments of the same author' using errcode = 'lock_not_available';
        end if;
        perform pg_advisory_xact_lock(key);
    end if;
    return (select max(version) from rules);
end;
$$;
