-- Which sessions are over while tokens made from them may still be about. A trigger, so that no way of ending one can
-- forget it. Kept twice as long as a token lives.
create table ended_session (
    id    uuid        primary key,
    ended timestamptz not null default now()
);
create index ended_session_ended on ended_session (ended);

create function note_ended_session() returns trigger language plpgsql as $$
begin
    insert into ended_session (id) values (old.id) on conflict do nothing;
    return null;
end
$$;

create trigger session_ended after delete on session for each row execute function note_ended_session();
