package org.perilune.lunarmodule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.InvalidProtocolBufferException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.Meters;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.pad.InboundMessage;
import org.perilune.pad.Pad;
import org.perilune.pad.PadConfig;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LunarModuleServiceTest {
    private final List<Connect> connects = new CopyOnWriteArrayList<>();
    private final List<Frame> frames = new CopyOnWriteArrayList<>();
    private Pad pad;

    @BeforeAll
    void startPad(@TempDir Path home) {
        pad = Pad.start(PadConfig.onFreePorts(home, List.of("lunar_module")), progress -> {});
        pad.onPublish(this::take);
    }

    @BeforeEach
    void forget() {
        frames.clear();
        connects.clear();
    }

    @AfterAll
    void stopPad() {
        pad.close();
    }

    private CompletionStage<Void> take(InboundMessage message) {
        try {
            if (message.topic().endsWith(Topics.CONNECT)) {
                connects.add(Connect.parseFrom(message.payload()));
            } else {
                frames.addAll(Telemetry.parseFrom(message.payload()).getFramesList());
            }
            return CompletableFuture.completedFuture(null);
        } catch (InvalidProtocolBufferException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    @Test
    void sendsWhatItRecordedBehindTheMoonWhenItIsBack(@TempDir Path folder) throws Exception {
        // One revolution in six seconds: 17 minutes to the first loss are 0.28 s.
        var config = config(folder, Map.of("time-scale", "3600", "report.interval", "20ms"));
        try (var service = LunarModuleService.start(config, Clock.systemUTC())) {
            await().until(() -> !connects.isEmpty());
            var announced = connects.getFirst();
            assertThat(announced.getDeviceType()).isEqualTo("lunar-module");
            long silence = announced.getSilenceUntilMicros() - announced.getSilenceFromMicros();
            assertThat(Duration.ofNanos(1_000 * silence)).isBetween(Duration.ofMillis(740), Duration.ofMillis(980));

            await().until(() -> !frames.isEmpty()
                    && frames.getLast().getTimeMicros() > announced.getSilenceUntilMicros() + 500_000);
            var hidden = frames.stream()
                    .filter(frame -> frame.getTimeMicros() > announced.getSilenceFromMicros()
                            && frame.getTimeMicros() < announced.getSilenceUntilMicros())
                    .toList();
            assertThat(hidden.size()).isBetween(20, 60);
            assertThat(hidden).allMatch(frame -> frame.getStatus().equals("behind the Moon"));
            var bySeq = new TreeMap<Long, Frame>();
            frames.forEach(frame -> bySeq.put(frame.getSeq(), frame));
            assertThat(bySeq.lastKey()).isEqualTo(bySeq.size());
            assertThat(connects.getLast().getSilenceFromMicros()).isGreaterThan(announced.getSilenceUntilMicros());
            assertThat(connects.getLast().getSession()).isGreaterThan(announced.getSession());

            assertThat(get(service, "/health")).isEqualTo(200);
            await().until(() -> get(service, "/ready") == 200);
            assertThat(get(service, "/state")).isEqualTo(401);
            assertThat(get(service, "/command")).isEqualTo(401);
        }
    }

    @Test
    void aRestartFliesOn(@TempDir Path folder) {
        var first = LunarModuleService.start(config(folder, Map.of()), Clock.systemUTC());
        first.close();
        var mission = new MissionFile(folder).read().orElseThrow();
        LunarModuleService.start(config(folder, Map.of()), Clock.systemUTC()).close();
        assertThat(new MissionFile(folder).read()).contains(mission);
    }

    @Test
    void fliesWithoutItsDatabase(@TempDir Path folder) throws Exception {
        var config = config(folder, Map.of("postgres.url", "jdbc:postgresql://127.0.0.1:1/none"));
        int before = frames.size();
        try (var service = LunarModuleService.start(config, Clock.systemUTC())) {
            await().until(() -> frames.size() > before + 1);
            assertThat(get(service, "/health")).isEqualTo(200);
            assertThat(get(service, "/ready")).isEqualTo(503);
        }
    }

    @Test
    void keepsCommandsAndHandsOutTheOldest() throws Exception {
        var postgres = Postgres.open(config(Path.of("unused"), Map.of()).postgres(), "db/lunar-module", Meters.open());
        try (postgres) {
            var store = new CommandStore(postgres.jdbi(), Clock.systemUTC());
            var parameters = JsonNodeFactory.instance.objectNode().put("mode", "safe");
            var first = store.add("reset-system", parameters, "gene");
            store.add("start-mission", parameters, "gene");

            var oldest = store.oldestPending().orElseThrow();
            assertThat(oldest).isEqualTo(first);
            assertThat(oldest.parameters()).isEqualTo(parameters);
            assertThat(oldest.state()).isEqualTo("pending");
            var missions = new MissionStore(postgres);
            var mission = new MissionTime(java.time.Instant.parse("2026-11-21T04:00:00Z"), 5.5, 2);
            var keeping = missions.keep(mission);
            await().until(() -> missions.readIfThere().filter(mission::equals).isPresent());
            keeping.close();
        }
    }

    @Test
    void namesAllFaultsOfItsSettings() {
        var settings = Settings.of(Map.of(
                "lunar-module.orbit.period", "1h", "lunar-module.time-scale", "0", "lunar-module.mqtt.user", "x"));
        LunarModuleConfig.read(settings.at("lunar-module"));
        var faults = new ArrayList<String>();
        try {
            settings.check();
        } catch (RuntimeException invalid) {
            faults.add(String.valueOf(invalid.getMessage()));
        }
        assertThat(faults).hasSize(1);
        assertThat(faults.getFirst())
                .contains("orbit.period", "time-scale", "postgres.url", "mqtt.password")
                .doesNotContain("report.interval");
    }

    private LunarModuleConfig config(Path folder, Map<String, String> extra) {
        var values = new HashMap<String, String>();
        pad.settings().forEach((key, value) -> {
            if (key.startsWith("lunar-module.")) {
                values.put(key, value);
            }
        });
        values.put("lunar-module.http.port", "0");
        values.put("lunar-module.journal", folder.toString());
        extra.forEach((key, value) -> values.put("lunar-module." + key, value));
        var settings = Settings.of(values);
        var config = LunarModuleConfig.read(settings.at("lunar-module"));
        settings.check();
        return config;
    }

    private static int get(LunarModuleService service, String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
