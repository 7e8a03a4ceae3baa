-- What events call a session: its secret, and the hash of it, are nobody's to know.
alter table session add column id uuid not null unique default gen_random_uuid();

-- Wrong passwords that no event tells of yet. All of a minute are told as one.
create table refusal (
    person text        primary key references person (name) on delete cascade,
    since  timestamptz not null,
    tries  integer     not null check (tries > 0)
);
