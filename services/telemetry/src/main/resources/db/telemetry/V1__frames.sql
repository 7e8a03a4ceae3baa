-- Devices as first heard of; what they say of themselves comes from their connect messages.
create table device (
    id                     integer generated always as identity primary key,
    name                   text        not null unique,
    type                   text        not null default '',
    first_seen             timestamptz not null default now(),
    report_interval_millis integer     not null default 0,
    session                bigint      not null default 0,
    connected_at           timestamptz,
    -- When the last will of the current session came; null while connected. A will of an older session changes nothing.
    will_at                timestamptz,
    silence_from           timestamptz,
    silence_until          timestamptz
);

create table parameter (
    id            integer generated always as identity primary key,
    device_id     integer not null references device,
    name          text    not null,
    unit          text    not null default '',
    description   text    not null default '',
    warning_low   double precision,
    warning_high  double precision,
    critical_low  double precision,
    critical_high double precision,
    unique (device_id, name)
);

-- One row a frame. The key is the frame's identity; it makes exactly-once out of at-least-once.
-- A frame of a device that counts has epoch > 0 and seq > 0. A frame without (journal-less device, HTTP) has
-- epoch = -(device time in microseconds) and seq = 63 bits of SHA-256 over device, topic and payload, so that the key
-- orders such frames by time, too.
-- There is no index by time: it would cost half of the write rate. `mark` finds frames by time.
create table frame (
    device_id   integer     not null,
    epoch       bigint      not null,
    seq         bigint      not null,
    device_time timestamptz not null,
    received    timestamptz not null,
    trace_id    uuid,
    -- The Frame message (perilune.v1.Frame), byte for byte as the device sent it.
    payload     bytea       not null,
    primary key (device_id, epoch, seq)
);
alter table frame alter column payload set storage plain;

-- Which seqs of an epoch fall into a minute of device time. Invariant, kept in the transaction that stores frames:
-- every frame with epoch > 0 is covered by the mark of its minute: seq_from <= seq <= coalesce(seq_to, infinity).
-- seq_to is null while the minute is being written. Frames with epoch < 0 have a mark with epoch 0 for the minute.
-- rolled: the roll-ups of this minute include everything that the mark covers; any new frame sets it to false.
create table mark (
    device_id integer     not null,
    minute    timestamptz not null,
    epoch     bigint      not null,
    seq_from  bigint      not null,
    seq_to    bigint,
    rolled    boolean     not null default false,
    primary key (device_id, minute, epoch)
);
create index mark_unrolled on mark (minute) where not rolled;

-- Every frame of (device, epoch) with seq <= upto is stored or rejected. Written about once a second; what is beyond
-- is found again from frame and reject after a restart. highest: the greatest seq seen.
create table progress (
    device_id integer not null,
    epoch     bigint  not null,
    upto      bigint  not null,
    highest   bigint  not null,
    primary key (device_id, epoch)
);

-- The newest value of each parameter, for lists; written about once a second for devices that reported.
create table latest (
    device_id   integer primary key,
    device_time timestamptz not null,
    received    timestamptz not null,
    status      text        not null,
    -- {"altitude":{"value":108.2,"time":"…"},…}
    parameters  jsonb       not null
);

-- Counted in the transaction that stores the batch, by UTC day of receipt.
create table daily (
    device_id  integer not null,
    day        date    not null,
    duplicates bigint  not null default 0,
    rejected   bigint  not null default 0,
    primary key (device_id, day)
);

-- What could not be decoded or stored, as it came. device: the authenticated name, '' where unknown.
create table reject (
    id       bigint generated always as identity primary key,
    received timestamptz not null,
    device   text        not null,
    topic    text        not null,
    reason   text        not null,
    -- Where the frame could be told: counts as settled for the device's watermark.
    epoch    bigint,
    seq      bigint,
    payload  bytea       not null,
    -- The stream entry it came from: a redelivery changes nothing.
    entry    text        not null unique
);
create index reject_settled on reject (device, epoch, seq) where seq is not null;

-- min/max/sum/count of one parameter over level_seconds (60, 900, 14400) of device time, from frames alone.
create table rollup (
    device_id     integer          not null,
    parameter_id  integer          not null,
    level_seconds integer          not null,
    bucket        timestamptz      not null,
    minimum       double precision not null,
    maximum       double precision not null,
    total         double precision not null,
    count         bigint           not null,
    primary key (device_id, parameter_id, level_seconds, bucket)
);

-- Secrets of the service that all its copies share: the key that signs page cursors.
create table shared_secret (
    name  text  primary key,
    value bytea not null
);
insert into shared_secret values ('cursor', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
