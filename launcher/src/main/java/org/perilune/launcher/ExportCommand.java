package org.perilune.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.backup.Amounts;
import org.perilune.backup.Backups;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.Progress;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.Tokens;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        description = "Puts a device's readings as CSV, compressed, where backups are: into the folder exports.")
final class ExportCommand implements Callable<Integer> {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    @Mixin
    private BackupOptions options = new BackupOptions();

    @Option(names = "--device", required = true, paramLabel = "NAME", description = "Whose readings")
    private String device = "";

    @Option(
            names = "--from",
            paramLabel = "INSTANT",
            description = "By the device's time, such as 2026-12-01T00:00:00Z")
    private @Nullable Instant from;

    @Option(names = "--to", paramLabel = "INSTANT", description = "Until then")
    private @Nullable Instant to;

    @Override
    public Integer call() throws InterruptedException {
        Home home = options.home();
        var progress = new Progress(System.out);
        try (Backups backups = Backups.open(options.config(), Clock.systemUTC());
                HttpClient http =
                        HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            HttpRequest request = HttpRequest.newBuilder(address(home))
                    .header("Authorization", "Bearer " + Tokens.of(home, Role.VIEWER.wireName()))
                    .build();
            HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream content = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new LauncherException("telemetry does not give the readings of " + device + ": "
                            + new String(content.readNBytes(1_000), StandardCharsets.UTF_8));
                }
                String file = device + "-"
                        + Instant.now()
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString()
                                .replaceAll("[-:]", "") + ".csv.gz";
                long bytes = backups.export(file, content);
                progress.tell(
                        "%s of CSV are in %s, exports/%s".formatted(Amounts.bytes(bytes), backups.description(), file));
            }
        } catch (IOException failure) {
            throw new LauncherException(
                    "The readings could not be exported, and nothing was left behind: " + failure, failure);
        }
        return 0;
    }

    private URI address(Home home) {
        int port = StateFile.require(home).port(Topology.TELEMETRY.name());
        var query = new StringBuilder("device=").append(URLEncoder.encode(device, StandardCharsets.UTF_8));
        if (from != null) {
            query.append("&from=").append(from);
        }
        if (to != null) {
            query.append("&to=").append(to);
        }
        return URI.create("http://127.0.0.1:" + port + "/data.csv?" + query);
    }
}
