package org.perilune.launcher.process;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.perilune.launcher.home.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While services start: names those that take long, and writes what every thread does into a file, so that a start that
 * does not end can be understood. Has a thread of the platform's: virtual ones may be what does not go on. Safe for
 * threads.
 */
final class SlowStart implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlowStart.class);

    private final SortedSet<String> missing;
    private final Path dump;
    private final Progress progress;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("slow-start").daemon().factory());

    /** @param dump the file for what every thread does; its folder exists */
    SlowStart(Collection<String> services, Path dump, Duration every, Progress progress) {
        this.missing = new ConcurrentSkipListSet<>(services);
        this.dump = dump;
        this.progress = progress;
        Future<?> _ =
                timer.scheduleWithFixedDelay(this::tell, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    void started(String service) {
        missing.remove(service);
    }

    private void tell() {
        String names = String.join(", ", missing);
        if (names.isEmpty()) {
            return;
        }
        try {
            dumpThreads();
            progress.tell("Still starting: " + names + " (what they wait for stands in " + dump + ")");
        } catch (IOException full) {
            LOG.warn("What the threads do could not be written [file: {}]", dump, full);
            progress.tell("Still starting: " + names);
        }
    }

    /** The file is whole at any moment: the one before stays until there is a new one. */
    private void dumpThreads() throws IOException {
        Path fresh = dump.toAbsolutePath().resolveSibling(dump.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(fresh.toString(), ThreadDumpFormat.TEXT_PLAIN);
        Files.move(fresh, dump, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
