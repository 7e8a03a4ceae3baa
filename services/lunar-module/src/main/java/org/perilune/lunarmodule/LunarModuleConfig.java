package org.perilune.lunarmodule;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * Where the lunar module listens and reports, and how it flies.
 *
 * @param mqtt the broker; the user is the device's name, the password its key
 * @param commandDispatcher who sends commands; {@code POST /command} passes them on
 * @param journal folder of what it records on board
 * @param orbitPeriod of one revolution around the Moon before any manoeuvre, simulated time
 * @param firstLossAfter simulated time from the first start until the first loss of signal; at most what is left of the
 *     pass that a mission begins with, right after acquisition of signal
 * @param timeScale simulated seconds in a real one; telemetry bears real time
 * @param reportInterval real time between two readings, until another is commanded
 */
public record LunarModuleConfig(
        HttpConfig http,
        PostgresConfig postgres,
        MqttConfig mqtt,
        URI commandDispatcher,
        Path journal,
        Duration orbitPeriod,
        Duration firstLossAfter,
        double timeScale,
        Duration reportInterval) {
    /** A shorter revolution would go through the ground, on a longer one the tilted orbit could miss the Moon's far side. */
    static final Duration SHORTEST_ORBIT = Duration.ofMinutes(130);

    static final Duration LONGEST_ORBIT = Duration.ofHours(16);
    private static final Duration SHORTEST_CONTACT = Duration.ofMinutes(1);
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(10);
    private static final int POOL_SIZE = 3;

    /**
     * Reads {@code http.*}, {@code postgres.*}, {@code mqtt.*}, {@code command-dispatcher.url}, {@code journal}, {@code orbit.period},
     * {@code first-loss.after}, {@code time-scale}, {@code report.interval}.
     *
     * @param in the settings under {@code lunar-module.}
     */
    public static LunarModuleConfig read(Settings in) {
        var config = new LunarModuleConfig(
                HttpConfig.read(in, Topology.LUNAR_MODULE.port()),
                PostgresConfig.read(in, POOL_SIZE),
                MqttConfig.read(in),
                in.uri("command-dispatcher.url", URI.create("http://127.0.0.1:" + Topology.COMMAND_DISPATCHER.port())),
                in.path("journal", Path.of("lunar-module-journal")),
                in.duration("orbit.period", Duration.ofHours(6)),
                in.duration("first-loss.after", LONGEST_ORBIT),
                in.decimal("time-scale", 1, 0.001, 3_600),
                in.duration("report.interval", Duration.ofSeconds(1)));
        check(in, "orbit.period", config.orbitPeriod(), SHORTEST_ORBIT, LONGEST_ORBIT);
        check(in, "first-loss.after", config.firstLossAfter(), SHORTEST_CONTACT, LONGEST_ORBIT);
        check(in, "report.interval", config.reportInterval(), SHORTEST_INTERVAL, LONGEST_INTERVAL);
        return config;
    }

    private static void check(Settings in, String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            in.fault(key, "must be from " + least + " to " + most);
        }
    }
}
