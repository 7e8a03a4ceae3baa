-- Missing frames that events have told of: one row, and one event, for what was found missing together. Nothing up to
-- the greatest seq_to of an epoch is told again.
create table gap (
    id        uuid        primary key,
    device_id integer     not null,
    epoch     bigint      not null,
    seq_from  bigint      not null,
    seq_to    bigint      not null,
    missing   bigint      not null,
    -- The device's time of the last frame before; null where there is none.
    since     timestamptz,
    told_at   timestamptz not null,
    filled_at timestamptz,
    unique (device_id, epoch, seq_from)
);
create index gap_open on gap (device_id, epoch) where filled_at is null;
create index progress_missing on progress (device_id, epoch) where missing > 0;
