package org.perilune.launcher.replay;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.perilune.contracts.Topics;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.Count;
import org.perilune.launcher.table.TableFile;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceConfig;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.DeviceKey;
import org.perilune.sdk.JournalFailedException;

/**
 * Flies a recorded file as a device: through a journal and the broker like any other, so that every reading is stored
 * once, also when the replay is interrupted and run again. The journal keeps the number of the last row with each
 * reading, and the next run goes on behind it.
 */
final class Replay {
    private static final Duration RESEND_AFTER = Duration.ofSeconds(10);

    private Replay() {}

    /** How many readings a device's messages lost on the ground since an instant. */
    interface Rejects {
        /** @throws LauncherException if it cannot be told */
        long since(Instant instant);
    }

    /**
     * Returns when every reading has come to its end on the ground.
     *
     * @param progress gets what was understood of the file, one line a second, and how it ended
     * @return whether all rows are stored
     * @throws LauncherException if the file cannot be used, or nothing is stored any more; run again to go on
     */
    static boolean run(ReplayRequest request, Rejects rejects, PrintStream progress) throws InterruptedException {
        if (!Topics.DEVICE_NAME.matcher(request.device()).matches()) {
            throw new LauncherException("'" + request.device() + "' cannot be a device's name");
        }
        var file = new TableFile(request.file());
        var folder = new ReplayFolder(request.journal()
                .resolve(request.device())
                .resolve(file.fingerprint(request.recording().key())));
        if (folder.outcome().isPresent()) {
            if (!request.again()) {
                progress.println(file + " is stored already as " + request.device() + " ("
                        + folder.outcome().get() + "); --again stores it once more");
                return true;
            }
            folder.delete();
        }
        var recording = understood(file, request.recording(), progress);
        Instant began = folder.begun(Clock.systemUTC());
        try (Device device = open(request, recording, folder.path())) {
            new ReplayRun(request, recording, device, progress).fly();
        } catch (JournalFailedException failure) {
            throw new LauncherException(failure.getMessage() + "; is the same replay running already?", failure);
        }
        long rejected = rejects.since(began);
        String outcome = outcome(recording.counts(), rejected);
        folder.complete(outcome);
        progress.println(outcome);
        if (rejected > 0) {
            progress.println("telemetry's GET /rejects?device=" + request.device() + " says why");
        }
        return rejected == 0 && recording.counts().leftOut() == 0;
    }

    /**
     * Reads all of the file, and sends nothing.
     *
     * @return whether all rows can be used
     */
    static boolean dryRun(Path path, RecordingOptions options, PrintStream progress) throws InterruptedException {
        var counts = understood(new TableFile(path), options, progress).counts();
        progress.println("%s would be sent; %s left out. Nothing was sent"
                .formatted(
                        Count.of(counts.good(), "reading"),
                        Count.were(counts.leftOut(), "row")
                                .replace(" was", " would be")
                                .replace(" were", " would be")));
        return counts.leftOut() == 0;
    }

    private static Recording understood(TableFile file, RecordingOptions options, PrintStream progress)
            throws InterruptedException {
        var recording = Recording.of(file, options);
        recording.described().forEach(progress::println);
        return recording;
    }

    static String outcome(Recording.Counts counts, long rejected) {
        long stored = Math.max(0, counts.good() - rejected);
        if (rejected == 0 && counts.leftOut() == 0) {
            return (stored == 1 ? "" : "All ") + Count.are(stored, "reading") + " stored; none was rejected";
        }
        return "%s stored; %s left out, %s rejected"
                .formatted(
                        Count.are(stored, "reading"),
                        Count.were(counts.leftOut(), "row"),
                        Count.were(rejected, "reading"));
    }

    private static Device open(ReplayRequest request, Recording recording, Path folder) {
        var config = DeviceConfig.of(
                        request.device(), DeviceKey.of(request.key()), request.host(), request.port(), folder)
                .withBackoff(Duration.ofMillis(250), Duration.ofSeconds(5))
                .withResendAfter(RESEND_AFTER);
        // When the file is at its end nobody is to be called out: a recording that is silent is no outage.
        var description = new DeviceDescription("replay", Duration.ZERO, recording.parameters(), null, true);
        return Device.open(config, description, Clock.systemUTC());
    }
}
