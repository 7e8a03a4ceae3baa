package org.perilune.launcher.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.mqtt.DeviceKeys;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.Tokens;
import org.perilune.launcher.table.TableOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Flies a recorded file as a device, through the same pipeline as a live one.",
            "The device is enrolled if need be. Interrupted and run again, it goes on where it was.",
            "Exit status 1 if any row is not stored."
        })
public final class ReplayCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String MQTT = Topology.Store.MQTT.name();

    @Mixin
    private HomeOption where = new HomeOption();

    @Parameters(paramLabel = "FILE", description = "A table (CSV), or a ZIP archive or .gz that holds one")
    private Path file = Path.of("");

    @Option(names = "--device", required = true, paramLabel = "NAME", description = "The device to fly it as")
    private String device = "";

    @Option(names = "--key-file", paramLabel = "FILE", description = "The key of a device that was enrolled by hand")
    @Nullable
    private Path keyFile;

    @Mixin
    private TableOptions table = new TableOptions();

    @Option(
            names = "--start",
            paramLabel = "INSTANT",
            description = "When the file's clock was zero, where its times are relative; such as 2026-11-21T12:00:00Z")
    @Nullable
    private String start;

    @Option(names = "--columns", split = ",", paramLabel = "A", description = "Headers of the values wanted; else all")
    private List<String> columns = List.of();

    @Option(
            names = "--from",
            paramLabel = "NAME",
            description = "Of several devices in the file, the one that is wanted")
    @Nullable
    private String source;

    @Option(names = "--dry-run", description = "Tells what the file is understood to hold, and sends nothing")
    private boolean dryRun;

    @Option(names = "--speed", paramLabel = "N", description = "Times real time; 0, the default: as fast as possible")
    private double speed;

    @Option(names = "--again", description = "Also a file that is stored already")
    private boolean again;

    @Option(names = "--timeout", hidden = true)
    private int patienceSeconds = 60;

    @Override
    public Integer call() throws InterruptedException {
        var recording = new RecordingOptions(table, TableOptions.start(start), columns, source);
        if (dryRun) {
            return Replay.dryRun(file, recording, System.out) ? 0 : 1;
        }
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
                recording,
                speed,
                "127.0.0.1",
                port,
                home.folder().resolve("replay"),
                again,
                Duration.ofSeconds(patienceSeconds));
        return Replay.run(request, since -> rejects(home, since), System.out) ? 0 : 1;
    }

    private long rejects(Home home, Instant since) {
        URI address = URI.create("http://127.0.0.1:" + StateFile.require(home).port(Topology.TELEMETRY.name()));
        String token = Tokens.of(home, Role.VIEWER.wireName());
        try (var telemetry = ServiceClient.open(Topology.TELEMETRY.name(), address, DEADLINE)) {
            return telemetry
                    .get("/rejects?limit=1&device=" + device + "&from=" + since, Optional.of(token), JsonNode.class)
                    .path("total")
                    .asLong();
        } catch (ServiceException failure) {
            throw new LauncherException(
                    "Everything was taken, but whether any of it was rejected cannot be told: " + failure.getMessage()
                            + "; run the same command again",
                    failure);
        }
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
            Folders.writePrivate(kept, key);
            return key;
        } catch (IllegalArgumentException refused) {
            throw new LauncherException(String.valueOf(refused.getMessage()), refused);
        } catch (IOException failure) {
            throw new LauncherException("The device's key cannot be kept in " + kept, failure);
        }
    }
}
