-- What a restore must cope with: references against the order of names, identities, generated columns, triggers, rows.
create table z_parent (
    id bigint generated always as identity primary key,
    name text not null,
    shouted text generated always as (upper(name)) stored
);
create table a_child (
    id uuid primary key,
    parent bigint not null references z_parent (id),
    payload bytea not null,
    facts jsonb not null,
    seen tstzmultirange not null default '{}'
);
create table seeded (name text primary key, value text not null);
insert into seeded values ('kind', 'of the migration'), ('gone', 'deleted later');

create function refuse() returns trigger language plpgsql as $$
begin
    raise exception 'rows come by the service alone';
end $$;
create trigger nobody_but_us before insert on a_child for each row when (new.facts ->> 'by' = 'nobody')
    execute function refuse();
