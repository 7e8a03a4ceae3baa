-- What was not sent yet, by device and in order: looked up when a device without a link has one again.
create index command_unsent on command (device, requested_at, id) where state in ('accepted', 'approved');

-- What is not final, newest first: few of very many. Pages ask for what is held or under way every few seconds.
create index command_underway on command (requested_at desc, id desc)
    where state in ('accepted', 'held', 'approved', 'sent', 'received', 'executing', 'verifying');
