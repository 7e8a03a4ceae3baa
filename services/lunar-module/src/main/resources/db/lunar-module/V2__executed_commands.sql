-- Where the mission is beyond its time: orbit, propellant, phase, attitude. Null until it was written once.
alter table mission add column state jsonb;

-- What came over the link, and what became of it. Written by what the device's own record says: it may come again.
alter table command rename to command_before_uplink;

create table command (
    id text primary key,
    command_type text not null,
    parameters jsonb not null,
    state text not null check (state in
        ('received', 'executing', 'completed', 'failed', 'rejected', 'expired', 'unknown')),
    detail text not null default '',
    results jsonb not null default '{}',
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    received_at timestamptz,
    began_at timestamptz,
    ended_at timestamptz
);

create index command_newest on command (sent_at desc, id desc);
create index command_open on command (received_at, id) where state in ('received', 'executing');

-- Commands of the time when nothing executed them yet.
insert into command (id, command_type, parameters, state, detail, sent_at, expires_at, received_at, ended_at)
select gen_random_uuid()::text, command_type, parameters, 'expired',
    'Asked for by ' || created_by || ' before the lunar module executed commands',
    created_at, created_at, created_at, now()
from command_before_uplink;

drop table command_before_uplink;
