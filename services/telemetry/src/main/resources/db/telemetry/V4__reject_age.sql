-- Rejects are pruned by age and number.
create index reject_received on reject (received);
