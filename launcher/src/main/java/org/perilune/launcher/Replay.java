package org.perilune.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.perilune.contracts.Topics;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceConfig;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.DeviceKey;
import org.perilune.sdk.JournalFailedException;
import org.perilune.sdk.SilenceWindow;

/**
 * Flies a recorded file as a device: through a journal and the broker like any other, so that every reading is stored
 * once, also when the replay is interrupted and run again. The journal keeps the number of the last row with each
 * reading, and the next run goes on behind it.
 */
final class Replay {
    private static final Duration SILENT_AFTERWARDS = Duration.ofDays(3650);
    private static final Duration RESEND_AFTER = Duration.ofSeconds(10);

    private Replay() {}

    /**
     * Returns when every reading is stored.
     *
     * @param progress gets one line a second, and one for each of the first rows that cannot be used
     * @throws LauncherException if the file cannot be used, or nothing is stored any more; run again to go on
     */
    static void run(ReplayRequest request, PrintStream progress) throws InterruptedException {
        if (!Topics.DEVICE_NAME.matcher(request.device()).matches()) {
            throw new LauncherException("'" + request.device() + "' cannot be a device's name");
        }
        var file = new ReplayFile(request.file());
        Path folder = request.journal().resolve(request.device()).resolve(file.fingerprint());
        Path complete = folder.resolve("complete");
        if (Files.exists(complete)) {
            if (!request.again()) {
                progress.println(file + " is stored already as " + request.device() + "; --again stores it once more");
                return;
            }
            delete(folder);
        }
        var table = ReplayTable.of(file, request.timeColumn());
        try (Device device = open(request, table, folder)) {
            var run = new ReplayRun(request, table, device, progress);
            run.fly(file);
        } catch (JournalFailedException failure) {
            throw new LauncherException(failure.getMessage() + "; is the same replay running already?", failure);
        }
        mark(complete);
        progress.printf("All %,d readings are stored%n", table.goodRows());
    }

    private static Device open(ReplayRequest request, ReplayTable table, Path folder) {
        var config = DeviceConfig.of(
                        request.device(), DeviceKey.of(request.key()), request.host(), request.port(), folder)
                .withBackoff(Duration.ofMillis(250), Duration.ofSeconds(5))
                .withResendAfter(RESEND_AFTER);
        // When the file is at its end nobody is to be called out: a recording that is silent is no outage.
        Clock clock = Clock.systemUTC();
        var silence = new SilenceWindow(clock.instant(), clock.instant().plus(SILENT_AFTERWARDS));
        var description = new DeviceDescription("replay", Duration.ZERO, table.parameters(), silence);
        return Device.open(config, description, clock);
    }

    private static void mark(Path complete) {
        try {
            Files.write(complete, List.of());
        } catch (IOException failure) {
            throw new UncheckedIOException("The end of the replay cannot be noted", failure);
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new LauncherException("The journal of the earlier replay cannot be deleted: " + folder, failure);
        }
    }
}
