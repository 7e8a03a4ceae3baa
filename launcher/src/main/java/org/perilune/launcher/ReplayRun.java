package org.perilune.launcher;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.perilune.sdk.Device;
import org.perilune.sdk.JournalFullException;
import org.perilune.sdk.MarkedReading;

/** One run of a replay over its file. Not safe for threads. */
final class ReplayRun implements ReplayFile.RowConsumer {
    private static final int BATCH = 500;
    private static final int MOST_FAULTS_SHOWN = 20;
    private static final Duration TELL_EVERY = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final ReplayRequest request;
    private final ReplayTable table;
    private final Device device;
    private final PrintStream progress;
    private final long resumeBehind;
    private final List<MarkedReading> batch = new ArrayList<>();

    private boolean headerRead;
    private long row;
    private long reported;
    private long faults;
    private long toldNanos = System.nanoTime();
    private @Nullable Instant firstTime;
    private long firstNanos;
    private long unsettled = -1;
    private long movedNanos = System.nanoTime();

    ReplayRun(ReplayRequest request, ReplayTable table, Device device, PrintStream progress) {
        this.request = request;
        this.table = table;
        this.device = device;
        this.progress = progress;
        this.resumeBehind = device.bookmark();
    }

    /** @throws LauncherException if nothing was stored for longer than the request's patience */
    void fly(ReplayFile file) throws InterruptedException {
        if (resumeBehind > 0) {
            progress.printf("Going on behind row %,d, which is in the journal already%n", resumeBehind);
        }
        file.read(this);
        flush();
        if (faults > 0) {
            progress.printf("%,d of %,d rows could not be used%n", faults, table.rows());
        }
        while (!device.awaitStored(LOOK_EVERY)) {
            tell();
            checkPatience();
        }
    }

    @Override
    public boolean take(long line, List<String> fields) throws InterruptedException {
        if (!headerRead) {
            headerRead = true;
            return true;
        }
        row++;
        Optional<Instant> time = table.time(fields);
        if (time.isEmpty()) {
            fault(line, table.fault(fields));
            return true;
        }
        if (row <= resumeBehind) {
            reported++;
            return true;
        }
        pace(time.get());
        try {
            batch.add(new MarkedReading(table.reading(time.get(), fields), row));
        } catch (IllegalArgumentException refused) {
            fault(line, String.valueOf(refused.getMessage()));
            return true;
        }
        if (batch.size() == BATCH) {
            flush();
        }
        return true;
    }

    private void fault(long line, String what) {
        faults++;
        if (faults <= MOST_FAULTS_SHOWN) {
            progress.println("Line " + line + ": " + what + "; the row is left out");
        }
    }

    /** Waits until it is the row's turn; what came before goes out meanwhile. */
    private void pace(Instant time) throws InterruptedException {
        if (request.unpaced()) {
            return;
        }
        if (firstTime == null) {
            firstTime = time;
            firstNanos = System.nanoTime();
        }
        double seconds = Duration.between(firstTime, time).toMillis() / 1e3 / request.speed();
        long due = firstNanos + (long) (1e9 * seconds);
        if (due - System.nanoTime() > 0) {
            flush();
        }
        while (due - System.nanoTime() > 0) {
            LockSupport.parkNanos(Math.min(due - System.nanoTime(), LOOK_EVERY.toNanos()));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            tell();
        }
    }

    private void flush() throws InterruptedException {
        while (!batch.isEmpty()) {
            try {
                device.reportMarked(batch);
                reported += batch.size();
                batch.clear();
            } catch (JournalFullException full) {
                // Room comes when the ground has stored what is there.
                if (!device.awaitStored(LOOK_EVERY)) {
                    checkPatience();
                }
            }
            tell();
        }
    }

    private void tell() {
        long now = System.nanoTime();
        if (now - toldNanos < TELL_EVERY.toNanos()) {
            return;
        }
        toldNanos = now;
        long stored = Math.max(0, reported - device.status().unsettledFrames());
        progress.printf("%,d of %,d rows (%d %%), %,d stored%n", row, table.rows(), 100 * row / table.rows(), stored);
    }

    private void checkPatience() {
        var status = device.status();
        long now = System.nanoTime();
        if (status.unsettledFrames() != unsettled) {
            unsettled = status.unsettledFrames();
            movedNanos = now;
        }
        if (now - movedNanos > request.patience().toNanos()) {
            String reason = Optional.ofNullable(status.lastFailure())
                    .orElse("the broker is connected, but nothing is stored behind it");
            throw new LauncherException(
                    "Nothing was stored for %d s (%s). %,d readings wait in the journal; run the same command again to go on"
                            .formatted(request.patience().toSeconds(), reason, unsettled));
        }
    }
}
