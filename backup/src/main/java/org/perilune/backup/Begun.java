package org.perilune.backup;

import java.time.Duration;
import java.time.Instant;
import org.perilune.chassis.runtime.Ids;

/**
 * The first file of a backup: who is at it, so that what an interrupted one left is told from one that is being made.
 *
 * @param host the machine, as far as it knows its name
 */
record Begun(String host, long pid, Instant processStarted, Instant at) {
    static final String FILE = "begun.json";

    /** Nobody is at one so old, wherever they were. */
    private static final Duration ABANDONED = Duration.ofDays(2);

    private static final Duration SAME_START = Duration.ofSeconds(2);

    static Begun here(Instant now) {
        ProcessHandle own = ProcessHandle.current();
        return new Begun(hostName(), own.pid(), own.info().startInstant().orElse(Instant.EPOCH), now);
    }

    /** Whether it may still be made. */
    boolean mayGoOn(Instant now) {
        if (!host.equals(hostName())) {
            return Duration.between(at, now).compareTo(ABANDONED) < 0;
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(process -> process.info()
                        .startInstant()
                        .map(start ->
                                Duration.between(start, processStarted).abs().compareTo(SAME_START) < 0)
                        .orElse(true))
                .orElse(false);
    }

    private static String hostName() {
        return Host.NAME;
    }

    private static final class Host {
        /** Where it has none, one of this process's own: then nothing of another process is taken for its own. */
        static final String NAME = name();

        private static String name() {
            try {
                return java.net.InetAddress.getLocalHost().getHostName();
            } catch (java.net.UnknownHostException nameless) {
                return "nameless-" + Ids.next(java.time.Clock.systemUTC());
            }
        }
    }
}
