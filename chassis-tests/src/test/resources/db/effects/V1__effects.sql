create table effects (id text not null, copy text not null);
