package org.perilune.sdk.journal;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

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
        return Frame.newBuilder()
                .setTimeMicros(number * 1_000_000)
                .setStatus("kept for sure")
                .addValues(Value.newBuilder().setName("number").setNumber((double) number))
                .build()
                .toByteArray();
    }
}
