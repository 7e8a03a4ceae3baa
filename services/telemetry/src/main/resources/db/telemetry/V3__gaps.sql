-- beyond: what is settled beyond upto, so that it need not be found again from frames; perhaps not all of it, but then
-- nothing that comes after its end. missing: how many seqs up to highest are not settled.
alter table progress
    add column beyond  int8multirange not null default '{}',
    add column missing bigint         not null default 0;

update progress p set missing = greatest(0, p.highest - p.upto
    - (select count(*) from frame f
        where f.device_id = p.device_id and f.epoch = p.epoch and f.seq > p.upto and f.seq <= p.highest)
    - (select count(distinct r.seq) from reject r join device d on d.name = r.device
        where d.id = p.device_id and r.epoch = p.epoch and r.seq > p.upto and r.seq <= p.highest))
where p.highest > p.upto;
