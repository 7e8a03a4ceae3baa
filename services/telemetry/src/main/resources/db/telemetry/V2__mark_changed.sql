-- When, by our clock, the mark was last written: minutes are of device time, which may be years ago. Tells for how long
-- roll-ups have been owed.
alter table mark add column changed timestamptz not null default now();
