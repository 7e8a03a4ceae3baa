package org.perilune.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;
import org.perilune.pad.DeviceKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Flies a recorded file as a device, through the same pipeline as a live one.",
            "The device is enrolled if need be. Interrupted and run again, it goes on where it was."
        })
final class ReplayCommand implements Callable<Integer> {
    private static final String MQTT = Topology.Store.MQTT.name();

    @Mixin
    private HomeOption where = new HomeOption();

    @Parameters(paramLabel = "FILE", description = "CSV with a header row, or a ZIP archive that holds one")
    private Path file = Path.of("");

    @Option(names = "--device", required = true, paramLabel = "NAME", description = "The device to fly it as")
    private String device = "";

    @Option(names = "--key-file", paramLabel = "FILE", description = "The key of a device that was enrolled by hand")
    @Nullable
    private Path keyFile;

    @Option(names = "--time-column", paramLabel = "C", description = "Header of the time; else guessed")
    @Nullable
    private String timeColumn;

    @Option(names = "--speed", paramLabel = "N", description = "Times real time; 0, the default: as fast as possible")
    private double speed;

    @Option(names = "--again", description = "Also a file that is stored already")
    private boolean again;

    @Option(names = "--patience", hidden = true)
    private int patienceSeconds = 60;

    @Override
    public Integer call() throws InterruptedException {
        Home home = where.home();
        int port = StateFile.require(home).stores().stream()
                .filter(store -> store.port() > 0 && store.name().startsWith(MQTT))
                .mapToInt(StateFile.Part::port)
                .findFirst()
                .orElseThrow(() -> new LauncherException("The MQTT broker does not run yet"));
        var request = new ReplayRequest(
                file,
                device,
                key(home),
                timeColumn,
                speed,
                "127.0.0.1",
                port,
                home.folder().resolve("replay"),
                again,
                Duration.ofSeconds(patienceSeconds));
        Replay.run(request, System.out);
        return 0;
    }

    /** The one given, or one of our own making, which is kept so that the replay can go on later. */
    private String key(Home home) {
        if (keyFile != null) {
            return Home.read(keyFile);
        }
        DeviceKeys keys = DeviceKeys.in(home.folder());
        Path kept = home.folder().resolve("secrets").resolve("device." + device);
        if (Files.exists(kept) && keys.matches(device, Home.read(kept))) {
            return Home.read(kept);
        }
        if (keys.names().contains(device)) {
            throw new LauncherException(
                    device + " is enrolled already; give the file that holds its key with --key-file");
        }
        try {
            String key = keys.enrol(device);
            Home.writePrivate(kept, key);
            return key;
        } catch (IllegalArgumentException refused) {
            throw new LauncherException(String.valueOf(refused.getMessage()), refused);
        } catch (IOException failure) {
            throw new LauncherException("The device's key cannot be kept in " + kept, failure);
        }
    }
}
