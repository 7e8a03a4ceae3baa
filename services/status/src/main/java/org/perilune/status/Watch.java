package org.perilune.status;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tls.TlsFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at one part again and again, on a thread of its own: one that hangs holds up no other. */
final class Watch implements AutoCloseable {
    static final Duration PERIOD = Duration.ofSeconds(2);

    /** A look that takes longer tells nothing about now. */
    static final Duration STALE = Duration.ofSeconds(6);

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    private final String name;
    private final String address;
    private final int port;
    private final Probe probe;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable Look last;

    private Watch(String name, String address, int port, Probe probe) {
        this.name = name;
        this.address = address;
        this.port = port;
        this.probe = probe;
    }

    private record Look(Finding finding, double latencyMillis, long atNanos) {}

    static Watch start(String name, String address, int port, Probe probe) {
        var watch = new Watch(name, address, port, probe);
        Threads.start("status-" + name, watch::run);
        return watch;
    }

    String name() {
        return name;
    }

    /** The process the part runs in, where it told. */
    @Nullable
    String process() {
        Look look = last;
        return look == null ? null : look.finding().process();
    }

    Part part() {
        Look look = last;
        if (look == null) {
            return new Part(name, Part.UNKNOWN, address, port, "Has not been looked at yet", null, null, null);
        }
        if (System.nanoTime() - look.atNanos() > STALE.toNanos()) {
            return new Part(
                    name,
                    Part.DOWN,
                    address,
                    port,
                    Sentences.down(name, "it hangs: no answer for " + STALE.toSeconds() + " s"),
                    null,
                    null,
                    null);
        }
        Finding finding = look.finding();
        if (!finding.problem().isEmpty()) {
            return new Part(
                    name,
                    Part.DOWN,
                    address,
                    port,
                    Sentences.down(name, finding.problem()),
                    finding.uptimeSeconds(),
                    finding.memoryBytes(),
                    null);
        }
        if (finding.starting()) {
            return new Part(name, Part.UNKNOWN, address, port, finding.note(), null, null, null);
        }
        return new Part(
                name,
                Part.UP,
                address,
                port,
                finding.note(),
                finding.uptimeSeconds(),
                finding.memoryBytes(),
                look.latencyMillis());
    }

    private void run() {
        try (probe) {
            boolean worked = true;
            do {
                Finding finding = look();
                boolean works = finding.problem().isEmpty();
                if (works != worked) {
                    LOG.info(
                            "A part changed [name: {}, state: {}, problem: {}]",
                            name,
                            works ? "up" : "down",
                            finding.problem());
                }
                worked = works;
            } while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Finding look() {
        long began = System.nanoTime();
        Finding finding;
        try {
            finding = probe.look();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            finding = Finding.problem("it was not looked at to the end");
        } catch (Exception failure) {
            finding = Finding.problem(words(failure));
        }
        long ended = System.nanoTime();
        last = new Look(finding, Math.round((ended - began) / 10_000.0) / 100.0, ended);
        return finding;
    }

    private static String words(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpTimeoutException || cause instanceof SocketTimeoutException) {
                return "it does not answer within a second";
            }
            if (cause instanceof ConnectException) {
                return "nothing listens at its address";
            }
        }
        Optional<String> refused = TlsFailures.meaning(failure);
        if (refused.isPresent()) {
            return refused.get();
        }
        String message = failure.getMessage();
        return failure instanceof IOException && message == null
                ? "the connection broke"
                : String.valueOf(message).lines().findFirst().orElse("it failed");
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
