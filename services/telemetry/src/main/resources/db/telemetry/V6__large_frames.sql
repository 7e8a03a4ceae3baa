-- A frame of over some 8 KB needs a place outside its row. Main: such frames alone go there; the others stay in the row,
-- compressed above 2 KB.
alter table frame alter column payload set storage main;
