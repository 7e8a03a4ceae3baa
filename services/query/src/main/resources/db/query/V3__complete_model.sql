-- Whether the model has had everything that the log of events has: a new database's has not, such as after a restore.
alter table model add column complete boolean not null default false;
update model set complete = true where serving is not null;
