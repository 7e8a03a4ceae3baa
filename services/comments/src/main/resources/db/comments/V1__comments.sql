-- What posts said of its entries last, as far as comments must know it. An entry that was deleted stays as a tombstone.
create table known_post (
    id uuid primary key,
    revision bigint not null,
    deleted boolean not null
);

-- Comments as they are now. One that was deleted stays as a tombstone.
create table comment (
    id uuid primary key,
    post_id uuid not null,
    -- Of every change.
    revision bigint not null check (revision > 0),
    -- Of changes of text and references, which is what moderation decides on.
    text_revision bigint not null check (text_revision > 0),
    author text not null,
    text text not null,
    refs jsonb not null,
    created_at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    status text not null check (status in ('pending', 'approved', 'rejected')),
    rule text,
    reason text,
    moderated_by text,
    moderated_at timestamptz,
    -- Of the last decision on this text that was applied; 0: none was.
    decision_number bigint not null default 0,
    idempotency_key text,
    request_hash text not null
);

create unique index comment_idempotency on comment (author, idempotency_key) where idempotency_key is not null;
-- Ids are in the order of their making.
create index comment_of_post on comment (post_id, id) where deleted_at is null;
create index comment_newest on comment (id desc) where deleted_at is null;
create index comment_of_author on comment (author, id desc) where deleted_at is null;
create index comment_of_status on comment (status, id desc) where deleted_at is null;

-- Every revision with when and who; written only, never changed.
create table comment_history (
    comment_id uuid not null references comment (id),
    revision bigint not null,
    text_revision bigint not null,
    at timestamptz not null,
    by text not null,
    action text not null check (action in ('created', 'edited', 'moderated', 'deleted')),
    status text not null,
    rule text,
    reason text,
    text text,
    refs jsonb not null,
    primary key (comment_id, revision)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is never changed nor deleted', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger comment_history_append_only before update or delete on comment_history
    for each row execute function refuse_change();
create trigger comment_never_removed before delete on comment for each row execute function refuse_change();

-- Whoever writes: revisions count up one by one, and what was deleted stays so.
create function keep_order() returns trigger language plpgsql as $$
begin
    if old.deleted_at is not null or new.revision <> old.revision + 1 or new.text_revision < old.text_revision
            or new.author <> old.author or new.post_id <> old.post_id or new.created_at <> old.created_at then
        raise exception 'comment % cannot become this', old.id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;

create trigger comment_in_order before update on comment for each row execute function keep_order();
