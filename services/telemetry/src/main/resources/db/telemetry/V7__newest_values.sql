-- What is newest goes by the device's time where it can be true, else by the time of receipt: of the newest frame, and of
-- each parameter ({"altitude": microseconds since 1970, …}).
alter table latest
    add column ordered_at            timestamptz,
    add column parameters_ordered_at jsonb not null default '{}',
    -- The device's time in the frame that was received last: tells whether its clock is wrong.
    add column received_time         timestamptz;
update latest set ordered_at = device_time, received_time = device_time;

alter table device
    -- Of the last will in will_at; 0 where it names none.
    add column will_session bigint not null default 0,
    -- It plays back a recording: silence is its end, and no outage.
    add column recording    boolean not null default false;
update device set will_session = session where will_at is not null;
-- Recordings used to announce ten years of silence instead.
update device set recording = true, silence_from = null, silence_until = null
where type = 'replay' and silence_until > silence_from + interval '9 years';
