-- Entries of the flight log as they are now. One that was deleted stays as a tombstone.
create table post (
    id uuid primary key,
    revision bigint not null check (revision > 0),
    author text not null,
    title text,
    text text not null,
    -- The time it is about, where that is not when it was written.
    at timestamptz,
    refs jsonb not null,
    created_at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    idempotency_key text,
    request_hash text not null
);

create unique index post_idempotency on post (author, idempotency_key) where idempotency_key is not null;
-- Ids are in the order of their making.
create index post_newest on post (id desc) where deleted_at is null;
create index post_of_author on post (author, id desc) where deleted_at is null;

-- Every revision with when and who; written only, never changed.
create table post_history (
    post_id uuid not null references post (id),
    revision bigint not null,
    at timestamptz not null,
    by text not null,
    action text not null check (action in ('created', 'edited', 'deleted')),
    title text,
    text text,
    about timestamptz,
    refs jsonb not null,
    primary key (post_id, revision)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is never changed nor deleted', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger post_history_append_only before update or delete on post_history
    for each row execute function refuse_change();
create trigger post_never_removed before delete on post for each row execute function refuse_change();

-- Whoever writes: revisions count up one by one, and what was deleted stays so.
create function keep_order() returns trigger language plpgsql as $$
begin
    if old.deleted_at is not null or new.revision <> old.revision + 1
            or new.author <> old.author or new.created_at <> old.created_at then
        raise exception 'post % cannot become this', old.id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;

create trigger post_in_order before update on post for each row execute function keep_order();
