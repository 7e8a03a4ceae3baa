package org.perilune.launcher.replay;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.TableRow;
import org.perilune.sdk.Device;
import org.perilune.sdk.JournalFullException;
import org.perilune.sdk.MarkedReading;
import org.perilune.sdk.Reading;

/** One run of a replay over its file. Not safe for threads. */
final class ReplayRun implements TableRow.Consumer {
    private static final int BATCH = 500;
    private static final Duration TELL_EVERY = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final ReplayRequest request;
    private final Recording recording;
    private final Device device;
    private final PrintStream progress;
    private final long resumeBehind;
    private final List<MarkedReading> batch = new ArrayList<>();

    private long row;
    private long reported;
    private long toldNanos = System.nanoTime();
    private @Nullable Instant firstTime;
    private long firstNanos;
    private long unsettled = -1;
    private long movedNanos = System.nanoTime();

    ReplayRun(ReplayRequest request, Recording recording, Device device, PrintStream progress) {
        this.request = request;
        this.recording = recording;
        this.device = device;
        this.progress = progress;
        this.resumeBehind = device.bookmark();
    }

    /** @throws LauncherException if nothing was stored for longer than the request's timeout */
    void fly() throws InterruptedException {
        if (resumeBehind > 0) {
            progress.printf("Going on behind row %,d, which is in the journal already%n", resumeBehind);
        }
        recording.read(this);
        flush();
        while (!device.awaitStored(LOOK_EVERY)) {
            tell();
            checkPatience();
        }
    }

    @Override
    public boolean take(TableRow taken) throws InterruptedException {
        row++;
        Optional<Instant> time = recording.time(taken);
        if (time.isEmpty()) {
            return true;
        }
        if (row <= resumeBehind) {
            reported++;
            return true;
        }
        pace(time.get());
        try {
            Reading reading = recording.reading(time.get(), taken);
            Recording.checkSize(reading);
            batch.add(new MarkedReading(reading, row));
        } catch (IllegalArgumentException saidBefore) {
            return true;
        }
        if (batch.size() == BATCH) {
            flush();
        }
        return true;
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
        progress.printf(
                "%,d of %,d rows (%d %%), %,d stored%n",
                row, recording.counts().rows(), 100 * row / recording.counts().rows(), stored);
    }

    private void checkPatience() {
        var status = device.status();
        long now = System.nanoTime();
        if (status.unsettledFrames() != unsettled) {
            unsettled = status.unsettledFrames();
            movedNanos = now;
        }
        if (now - movedNanos > request.timeout().toNanos()) {
            String reason = Optional.ofNullable(status.lastFailure())
                    .orElse("the broker is connected, but nothing is stored behind it");
            throw new LauncherException(
                    "Nothing was stored for %d s (%s). %,d readings wait in the journal; run the same command again to go on"
                            .formatted(request.timeout().toSeconds(), reason, unsettled));
        }
    }
}
