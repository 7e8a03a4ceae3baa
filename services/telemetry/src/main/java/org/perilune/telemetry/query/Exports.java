package org.perilune.telemetry.query;

import io.javalin.http.Context;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.http.CutOff;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Long answers at their clients' pace: so many at once, and each ended when its client takes nothing for too long. Safe
 * for threads.
 */
public final class Exports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Exports.class);
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final Duration COME_AGAIN = Duration.ofSeconds(10);

    private final Bounds bounds;
    private final Set<Export> running = ConcurrentHashMap.newKeySet();
    private final Counter stalled;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** @param stall a client that takes 32 KiB in no less than this is let go */
    public record Bounds(int atOnce, Duration stall) {}

    private Exports(Bounds bounds, MeterRegistry meters) {
        this.bounds = bounds;
        this.stalled = Counter.builder("telemetry.exports.stalled")
                .description("Exports ended since their clients took nothing")
                .register(meters);
        Gauge.builder("telemetry.exports", running::size)
                .description("Exports under way")
                .register(meters);
    }

    public static Exports open(Bounds bounds, MeterRegistry meters) {
        var exports = new Exports(bounds, meters);
        Threads.start("telemetry-exports", exports::run);
        return exports;
    }

    /** Writes into it what an export holds. */
    interface Work {
        void writeTo(OutputStream out) throws IOException;
    }

    /** @throws ServiceException.Unavailable when there are too many */
    void run(Context context, Work work) throws IOException {
        var export = new Export(context, context.res().getOutputStream());
        synchronized (this) {
            if (running.size() >= bounds.atOnce()) {
                throw new ServiceException.Unavailable(
                        "There are " + running.size() + " exports under way already; try again when one is done",
                        COME_AGAIN,
                        null);
            }
            running.add(export);
        }
        try {
            work.writeTo(export);
        } catch (IOException failure) {
            if (!export.clientWent) {
                throw failure;
            }
            LOG.info("An export was not taken to its end [path: {}, reason: {}]", context.path(), failure.toString());
            CutOff.now(context);
        } finally {
            running.remove(export);
        }
    }

    private static final class Export extends FilterOutputStream {
        private final Context context;
        private volatile long lastNanos = System.nanoTime();
        private volatile boolean writing;
        private boolean clientWent;
        private boolean ended; // of the thread that looks after exports

        private Export(Context context, OutputStream out) {
            super(out);
            this.context = context;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            tell(() -> out.write(bytes, from, length));
        }

        @Override
        public void write(int one) throws IOException {
            tell(() -> out.write(one));
        }

        @Override
        public void flush() throws IOException {
            tell(out::flush);
        }

        private interface Step {
            void run() throws IOException;
        }

        private void tell(Step step) throws IOException {
            lastNanos = System.nanoTime();
            writing = true;
            try {
                step.run();
            } catch (IOException failure) {
                clientWent = true;
                throw failure;
            } finally {
                writing = false;
            }
        }

        private boolean isStalled(Duration stall) {
            return writing && !ended && System.nanoTime() - lastNanos > stall.toNanos();
        }
    }

    private void run() {
        try {
            while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                for (Export export : running) {
                    if (export.isStalled(bounds.stall())) {
                        stalled.increment();
                        export.ended = true;
                        CutOff.now(export.context);
                    }
                }
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
