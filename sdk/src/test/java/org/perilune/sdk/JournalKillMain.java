package org.perilune.sdk;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Appends numbers to a journal and says which are kept, until it is killed. Run by {@link JournalKillTest}. */
final class JournalKillMain {
    private JournalKillMain() {}

    /** Two threads, so that forces are shared; each line is written only behind {@code append}. */
    public static void main(String[] arguments) throws InterruptedException {
        var journal = Journal.open(Path.of(arguments[0]), 64 * 1024 * 1024, Clock.systemUTC());
        var next = new AtomicLong(Long.parseLong(arguments[1]));
        Runnable reporter = () -> {
            while (true) {
                long number = next.getAndIncrement();
                journal.append(List.of(body(number)), new long[] {number});
                synchronized (System.out) {
                    System.out.println(number);
                }
            }
        };
        var other = Thread.ofPlatform().start(reporter);
        reporter.run();
        other.join();
    }

    static byte[] body(long number) {
        return Reading.at(Instant.ofEpochSecond(number))
                .status("kept for sure")
                .number("number", (double) number)
                .build()
                .toFrameBody();
    }
}
