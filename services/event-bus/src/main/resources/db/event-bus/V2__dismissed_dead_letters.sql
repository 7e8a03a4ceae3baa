-- What a person has looked at and does not want to be handled any more. It stays, and can still be sent again.
alter table dead_letters add dismissed_at timestamptz, add dismissed_by text;

create index dead_letters_open on dead_letters (arrived_at desc, id)
    where redriven_at is null and dismissed_at is null;
