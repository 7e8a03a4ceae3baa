package org.perilune.telemetry.query;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.perilune.telemetry.store.DeviceNames;
import org.perilune.telemetry.store.FrameReader;
import org.perilune.telemetry.store.MarkReader;
import org.perilune.telemetry.store.MergeCursor;
import org.perilune.telemetry.store.RangeScan;
import org.perilune.telemetry.store.SingleFlight;
import org.perilune.telemetry.store.StoredFrame;
import org.perilune.telemetry.store.TimeIndexEntry;
import org.perilune.telemetry.store.Times;

/**
 * {@code GET /data}: newest first by minute of device time, and within a minute by device time, over any number of
 * devices. A page costs what it holds, however much there is. Equal questions share an answer. Safe for threads.
 */
public final class ReadingQueries {
    private static final Duration TIMEOUT = Duration.ofSeconds(12);
    private static final int MARKS_AT_ONCE = 64;

    private final DataSource database;
    private final SharedSecret secret;
    private final SingleFlight<DataQuery, byte[]> pages = new SingleFlight<>(this::compute, TIMEOUT);

    public ReadingQueries(DataSource database) {
        this.database = database;
        this.secret = new SharedSecret();
    }

    /** The answer's JSON; shared, never to be changed. */
    public byte[] page(DataQuery query) {
        return pages.answer(query);
    }

    private byte[] compute(DataQuery query) {
        try (Connection connection = database.getConnection()) {
            byte[] key = secret.value(connection);
            Cursor cursor = query.cursor() == null ? null : Cursor.read(query.cursor(), key, query.scope());
            var page = new Page(connection, query, cursor);
            page.read();
            if (page.rows.isEmpty() && query.device() != null) {
                DeviceNames.require(connection, query.device());
            }
            return ReadingJson.page(page.rows, page.next == null ? null : page.next.sign(key, query.scope()));
        } catch (SQLException failure) {
            throw new DatabaseFailedException(failure);
        }
    }

    /** One page being put together. */
    private static final class Page {
        private final FrameReader frames;
        private final MarkReader marks;
        private final DataQuery query;
        private final @Nullable Cursor cursor;
        private final List<ReadingJson.Row> rows = new ArrayList<>();
        private @Nullable Cursor next;

        private Page(Connection connection, DataQuery query, @Nullable Cursor cursor) {
            this.frames = new FrameReader(connection);
            this.marks = new MarkReader(connection);
            this.query = query;
            this.cursor = cursor;
        }

        private void read() throws SQLException {
            Instant upto = query.high().minusNanos(1_000);
            if (cursor != null) {
                upto = Times.ofMicros(cursor.minuteMicros());
            }
            int each = query.device() == null ? 8 : MARKS_AT_ONCE;
            boolean more = true;
            while (more && rows.size() < query.limit()) {
                List<TimeIndexEntry> found = marks.newest(query.device(), query.low(), upto, each);
                NavigableMap<Instant, List<TimeIndexEntry>> minutes = complete(found, each);
                more = minutes.size() > 0 && found.size() >= each;
                if (minutes.isEmpty() && found.size() >= each) {
                    each = 2 * each; // more epochs in one minute than were asked for
                    more = true;
                    continue;
                }
                for (var minute : minutes.descendingMap().entrySet()) {
                    merge(minute.getKey(), minute.getValue());
                    if (rows.size() == query.limit()) {
                        return;
                    }
                    upto = minute.getKey().minusSeconds(60);
                }
            }
            if (rows.size() < query.limit()) {
                next = null;
            }
        }

        /** The minutes of which nothing can be missing: below, a device's marks may have been cut off. */
        private static NavigableMap<Instant, List<TimeIndexEntry>> complete(List<TimeIndexEntry> found, int each) {
            var minutes = new TreeMap<Instant, List<TimeIndexEntry>>();
            var counts = new TreeMap<Integer, Integer>();
            Instant cut = Instant.MIN;
            for (TimeIndexEntry mark : found) {
                minutes.computeIfAbsent(mark.minute(), ignored -> new ArrayList<>())
                        .add(mark);
                if (counts.merge(mark.device(), 1, Integer::sum) == each
                        && mark.minute().isAfter(cut)) {
                    cut = mark.minute();
                }
            }
            return minutes.tailMap(cut, false);
        }

        private void merge(Instant minute, List<TimeIndexEntry> marks) throws SQLException {
            int missing = query.limit() - rows.size();
            int chunk = marks.size() <= 2 ? missing + 1 : Math.min(missing + 1, 2 * missing / marks.size() + 4);
            List<MergeCursor> chains = chains(minute, marks);
            fill(chains.stream().filter(chain -> chain.mark().counts()).toList(), chunk);
            fill(chains.stream().filter(chain -> !chain.mark().counts()).toList(), chunk);
            var queue = new PriorityQueue<MergeCursor>();
            chains.stream().filter(chain -> !chain.isEmpty()).forEach(queue::add);
            for (MergeCursor chain = queue.poll(); chain != null && rows.size() < query.limit(); chain = queue.poll()) {
                long effective = chain.effectiveMicros();
                StoredFrame frame = chain.take();
                TimeIndexEntry mark = chain.mark();
                rows.add(new ReadingJson.Row(mark.name(), frame));
                next = new Cursor(
                        Times.micros(minute), effective, frame.device(), mark.epoch(), frame.epoch(), frame.seq());
                if (chain.mayHaveMore()) {
                    fill(List.of(chain), query.limit() - rows.size() + 1);
                }
                if (!chain.isEmpty()) {
                    queue.add(chain);
                }
            }
        }

        private List<MergeCursor> chains(Instant minute, List<TimeIndexEntry> marks) throws SQLException {
            var chains = new ArrayList<MergeCursor>();
            for (TimeIndexEntry mark : marks) {
                RangeScan slice = RangeScan.of(mark, query.low(), query.high());
                if (cursor == null || cursor.minuteMicros() != Times.micros(minute)) {
                    chains.add(new MergeCursor(slice));
                    continue;
                }
                var chain = new MergeCursor(resume(slice, cursor));
                chain.resume(cursor.effectiveMicros());
                chains.add(chain);
            }
            return chains;
        }

        private RangeScan resume(RangeScan slice, Cursor ended) throws SQLException {
            TimeIndexEntry mark = slice.mark();
            if (mark.device() == ended.device() && mark.epoch() == ended.markEpoch()) {
                return mark.counts()
                        ? new RangeScan(mark, slice.low(), slice.high(), ended.seq() - 1, 0)
                        : new RangeScan(mark, slice.low(), slice.high(), ended.epoch(), ended.seq());
            }
            boolean earlierAtOneTime = mark.device() < ended.device()
                    || (mark.device() == ended.device() && mark.epoch() > ended.markEpoch());
            long before = ended.effectiveMicros() + (earlierAtOneTime ? 0 : 1);
            return frames.olderThan(slice, Times.ofMicros(before));
        }

        private void fill(List<MergeCursor> chains, int rowsEach) throws SQLException {
            List<List<StoredFrame>> read =
                    frames.newest(chains.stream().map(MergeCursor::rest).toList(), rowsEach);
            for (int index = 0; index < chains.size(); index++) {
                chains.get(index).fill(read.get(index), rowsEach);
            }
        }
    }

    /** The database failed; mapped like every failure of a database. */
    static final class DatabaseFailedException extends RuntimeException {
        DatabaseFailedException(SQLException cause) {
            super("The database could not be asked", cause);
        }
    }
}
