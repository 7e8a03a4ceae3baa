package org.perilune.chassis.runtime;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A stream that fails when nothing comes for too long, where the one below would wait for ever: a machine that is gone
 * says no goodbye. Read by one thread; closed by any.
 */
public final class SilenceWatch extends FilterInputStream {
    /** So often services say something on streams that have nothing to tell. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private final String from;
    private final Duration longest;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Since when a read has been waiting, and whether one is. */
    private volatile long sinceNanos;

    private volatile boolean reading;
    private volatile boolean silent;

    private SilenceWatch(InputStream in, String from, Duration longest) {
        super(in);
        this.from = from;
        this.longest = longest;
    }

    /** @param from whose stream it is, for threads and messages */
    public static InputStream over(InputStream in, String from, Duration longest) {
        var watched = new SilenceWatch(in, from, longest);
        Threads.start(from + "-silence", watched::watch);
        return watched;
    }

    private void watch() {
        try {
            while (!closed.await(longest.toMillis() / 4, TimeUnit.MILLISECONDS)) {
                if (reading && System.nanoTime() - sinceNanos > longest.toNanos()) {
                    silent = true;
                    super.close();
                    return;
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (IOException alreadyBroken) {
            // Then the reader knows.
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        sinceNanos = System.nanoTime();
        reading = true;
        try {
            int read = super.read(buffer, offset, length);
            if (read < 0 && silent) {
                throw silence();
            }
            return read;
        } catch (IOException failure) {
            throw silent ? silence() : failure;
        } finally {
            reading = false;
        }
    }

    private IOException silence() {
        return new IOException(from + " said nothing for " + longest.toSeconds() + " s, not even that it is there");
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        super.close();
    }
}
