-- Names are lower-case: "Admin" is nobody else than "admin".
create table person (
    name          text        primary key check (name = lower(name)),
    role          text        not null check (role in ('viewer', 'operator', 'flight-director', 'administrator')),
    password_hash text        not null,
    created       timestamptz not null,
    disabled      boolean     not null default false
);

-- The secret itself is with the browser only.
create table session (
    secret_hash bytea       primary key check (octet_length(secret_hash) = 32),
    person      text        not null references person (name) on delete cascade,
    created     timestamptz not null,
    used        timestamptz not null,
    ends        timestamptz not null
);
create index session_person on session (person);

-- Private keys in the clear, in a database that nobody but crew's role can connect to. A key that encrypted them would
-- lie beside crew's database password and fall into the same hands.
create table signing_key (
    id         text        primary key,
    signs_from timestamptz not null unique,
    jwk        text        not null
);
