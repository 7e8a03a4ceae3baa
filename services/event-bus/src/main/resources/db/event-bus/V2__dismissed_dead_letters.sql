-- What a person has looked at and does not want to be handled any more. It stays, and can still be sent again.
alter table dead_letters add dismissed_at timestamptz, add dismissed_by text;

create index dead_letters_open on dead_letters (arrived_at desc, id)
    where redriven_at is null and dismissed_at is null;

-- The log is append-only no more: a year's is kept, see event-bus.log.kept.
comment on table events is 'In the order of the log. Old ones go, but for the flight log''s and the last of all.';
