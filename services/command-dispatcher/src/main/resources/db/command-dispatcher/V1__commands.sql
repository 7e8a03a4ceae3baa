-- What each type of device can be told, as data. A change is a new version; old ones stay, for the commands made by them.
create table dictionary (
    device_type text not null,
    version integer not null check (version > 0),
    commands jsonb not null,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (device_type, version)
);

-- What telemetry said last of a device, for when telemetry is away.
create table device (
    name text primary key,
    device_type text not null,
    seen_at timestamptz not null
);

-- One command, and what is to be done about it next: the row is its own outbox entry.
create table command (
    id uuid primary key,
    device text not null,
    device_type text not null,
    dictionary_version integer not null,
    command_type text not null,
    -- As asked for, defaults filled in.
    parameters jsonb not null,
    significance text not null check (significance in ('normal', 'critical')),
    repeatable boolean not null,
    -- The person it is done for, and who sent the request: the same, but for services.
    requested_by text not null,
    principal text not null,
    idempotency_key text,
    request_hash bytea not null,
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    traceparent text,
    state text not null check (state in ('accepted', 'held', 'approved', 'sent', 'received', 'executing', 'verifying',
        'completed', 'failed', 'rejected', 'expired', 'cancelled', 'unknown')),
    detail text not null default '',
    results jsonb,
    approved_by text,
    -- What telemetry must show afterwards; null: the device's word counts.
    verification jsonb,
    -- The value before the device began, where the verification is about a change.
    value_before double precision,
    -- The device's clock when it was done: only frames after this count.
    executed_at timestamptz,
    verify_until timestamptz,
    attempts integer not null default 0,
    -- Given to the broker, whether or not we know yet what became of it: it can no longer be called back.
    handed_over boolean not null default false,
    -- When the sender or the sweeper looks at it again; null: nothing is left to do but wait for a person, or nothing.
    next_attempt_at timestamptz,
    changed_at timestamptz not null,
    revision integer not null default 1,
    check (significance = 'normal' or state in ('held', 'rejected', 'expired', 'cancelled')
        or (approved_by is not null and approved_by <> requested_by and approved_by <> principal))
);

create unique index command_idempotency on command (principal, idempotency_key) where idempotency_key is not null;
create index command_due on command (next_attempt_at) where next_attempt_at is not null;
create index command_newest on command (requested_at desc, id desc);
create index command_of_device on command (device, requested_at desc, id desc);
create index command_open on command (device, state)
    where state not in ('completed', 'failed', 'rejected', 'expired', 'cancelled', 'unknown');
create index command_verifying on command (verify_until) where state = 'verifying';

-- Every stage with when and who; written only, never changed.
create table command_history (
    id bigint generated always as identity primary key,
    command_id uuid not null references command (id),
    at timestamptz not null,
    -- The device's own clock, where it was the device that said it.
    device_time timestamptz,
    stage text not null,
    by text not null,
    detail text not null default '',
    -- Said when it no longer counted: after a final state.
    late boolean not null default false
);

create index command_history_of on command_history (command_id, id);

-- A final state never changes, whoever writes.
create function keep_final_state() returns trigger language plpgsql as $$
begin
    if old.state in ('completed', 'failed', 'rejected', 'expired', 'cancelled', 'unknown') then
        raise exception 'command % is % for good', old.id, old.state using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;

create trigger command_final before update on command for each row execute function keep_final_state();

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is never changed nor deleted', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger command_history_append_only before update or delete on command_history
    for each row execute function refuse_change();
create trigger command_never_deleted before delete on command for each row execute function refuse_change();
