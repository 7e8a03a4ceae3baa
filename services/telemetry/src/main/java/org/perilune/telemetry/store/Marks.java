package org.perilune.telemetry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The changes of marks that a batch needs. While a device's frames follow each other, that is one row when a minute
 * begins, and one for the minute before: an open mark covers whatever follows. A mark is written before the frames
 * that it covers, in their transaction. Relies on being the only one to open and close marks of its devices. Not safe
 * for threads.
 */
public final class Marks {
    private static final long MICROS_A_MINUTE = 60_000_000;

    /** Both of the frames that are not counted: their marks cover all. */
    private static final long NOT_COUNTED_FROM = 0;

    private static final long NOT_COUNTED_TO = Long.MAX_VALUE;

    private final Map<Place, Row> rows = new HashMap<>();

    private record Place(EpochState state, long minute) {}

    private static final class Row {
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;

        void cover(long seq) {
            from = Math.min(from, seq);
            to = Math.max(to, seq);
        }
    }

    public void clear() {
        rows.clear();
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public void add(EpochState state, long deviceMicros, long seq) {
        long minute = Math.floorDiv(deviceMicros, MICROS_A_MINUTE);
        if (state.progress() == null) {
            addNotCounted(state, minute);
            return;
        }
        if (minute == state.openMinute) {
            if (seq < state.openFrom) {
                state.openFrom = seq;
                row(state, minute).cover(seq);
            }
        } else if (state.openMinute == EpochState.NO_MINUTE || seq > state.seen) {
            close(state);
            state.openMinute = minute;
            state.openFrom = seq;
            row(state, minute).cover(seq);
        } else {
            row(state, minute).cover(seq);
        }
        state.seen = Math.max(state.seen, seq);
    }

    private void addNotCounted(EpochState state, long minute) {
        if (minute == state.openMinute) {
            return;
        }
        Row row = row(state, minute);
        row.cover(NOT_COUNTED_FROM);
        row.cover(NOT_COUNTED_TO);
        if (minute > state.openMinute) {
            close(state);
            state.openMinute = minute;
        }
    }

    /** Nothing more is expected in the state's open minute; the next frame opens one again. */
    public void close(EpochState state) {
        if (state.openMinute == EpochState.NO_MINUTE) {
            return;
        }
        Row row = row(state, state.openMinute);
        boolean counted = state.progress() != null;
        row.cover(counted ? state.openFrom : NOT_COUNTED_FROM);
        row.cover(counted ? state.seen : NOT_COUNTED_TO);
        state.openMinute = EpochState.NO_MINUTE;
    }

    private Row row(EpochState state, long minute) {
        return rows.computeIfAbsent(new Place(state, minute), ignored -> new Row());
    }

    /** Within the caller's transaction; before the frames. Rows are written in the order of their key: no deadlocks. */
    public void write(Connection connection) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        List<Map.Entry<Place, Row>> ordered = new ArrayList<>(rows.entrySet());
        ordered.sort(Comparator.comparingInt(
                        (Map.Entry<Place, Row> entry) -> entry.getKey().state().deviceId())
                .thenComparingLong(entry -> entry.getKey().minute())
                .thenComparingLong(entry -> entry.getKey().state().key().epoch()));
        int size = ordered.size();
        var devices = new Integer[size];
        var seconds = new Long[size];
        var epochs = new Long[size];
        var froms = new Long[size];
        var tos = new Long[size];
        for (int index = 0; index < size; index++) {
            Place place = ordered.get(index).getKey();
            Row row = ordered.get(index).getValue();
            devices[index] = place.state.deviceId();
            seconds[index] = place.minute * 60;
            epochs[index] = place.state.key().epoch();
            froms[index] = row.from;
            tos[index] = place.minute == place.state.openMinute ? null : Long.valueOf(row.to);
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into mark (device_id, minute, epoch, seq_from, seq_to)
                select d, to_timestamp(m), e, f, t
                from unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[]) as row (d, m, e, f, t)
                on conflict (device_id, minute, epoch) do update set
                    seq_from = least(mark.seq_from, excluded.seq_from),
                    seq_to = case when excluded.seq_to is null then null
                        else greatest(mark.seq_to, excluded.seq_to) end,
                    rolled = false, changed = now()
                """)) {
            statement.setArray(1, connection.createArrayOf("integer", devices));
            statement.setArray(2, connection.createArrayOf("bigint", seconds));
            statement.setArray(3, connection.createArrayOf("bigint", epochs));
            statement.setArray(4, connection.createArrayOf("bigint", froms));
            statement.setArray(5, connection.createArrayOf("bigint", tos));
            statement.executeUpdate();
        }
    }

    /**
     * Closes marks that an earlier owner of the devices left open. Their epochs' greatest seq bounds them.
     *
     * @param devices whose frames nobody else stores now
     */
    public static void closeLeftOpen(Connection connection, List<Integer> devices) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update mark set
                    seq_to = case when epoch = 0 then %d else greatest(seq_from, (
                        select max(seq) from frame
                        where frame.device_id = mark.device_id and frame.epoch = mark.epoch)) end,
                    changed = now()
                where not rolled and seq_to is null and device_id = any (?)
                """.formatted(NOT_COUNTED_TO))) {
            statement.setArray(1, connection.createArrayOf("integer", devices.toArray()));
            statement.executeUpdate();
        }
    }
}
