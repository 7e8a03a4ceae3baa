package org.perilune.chassis.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.CutOffNetwork;
import org.perilune.chassis.postgres.LeaderProcess.Mode;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;

/** Another copy takes over from leaders that are stopped, and from those whose machine vanishes. */
class LeaderSessionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    static Path home;

    private static EmbeddedBackends backends;
    private static PostgresConfig config;
    private static Postgres postgres;

    private final List<Leader> leaders = new ArrayList<>();

    private record Leader(Process process, BufferedReader said) {
        void awaitWord(String word) throws IOException {
            String line = said.readLine(); // after lines of its log
            while (line != null && !line.equals(word)) {
                line = said.readLine();
            }
            assertThat(line).isEqualTo(word);
        }
    }

    @BeforeAll
    static void startDatabase() {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("crew"), Store.POSTGRESQL), sentence -> {});
        PostgresConfig read =
                PostgresConfig.read(Settings.of(backends.settings()).at("crew"), 4);
        config = new PostgresConfig(
                read.url(),
                read.user(),
                read.password(),
                8,
                CLIENT_TIMEOUT,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1));
        postgres = Postgres.open(config, "db/chassis", new SimpleMeterRegistry());
    }

    @AfterAll
    static void stopDatabase() {
        postgres.close();
        backends.close();
    }

    @AfterEach
    void endLeaders() {
        leaders.forEach(leader -> leader.process().destroyForcibly().onExit().join());
    }

    private Leader start(int key, Mode mode) throws IOException {
        return start(command(config.url(), key, mode));
    }

    private static List<String> command(String url, int key, Mode mode) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LeaderProcess.class.getName(),
                url,
                config.user(),
                config.password().reveal(),
                Long.toString(CLIENT_TIMEOUT.toMillis()),
                Integer.toString(key),
                mode.name());
    }

    private Leader start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var leader = new Leader(process, process.inputReader(StandardCharsets.UTF_8));
        leaders.add(leader);
        return leader;
    }

    private static void signal(String signal, Leader leader) throws IOException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(leader.process().pid()))
                .start()
                .onExit()
                .join();
    }

    private static void awaitTakeover(LeaderSession candidate, int... keys) {
        for (int key : keys) {
            await().atMost(TIMEOUT).until(() -> candidate.take(key));
        }
    }

    @Test
    void takesOverFromStoppedProcessesOnly() throws Exception {
        Leader between = start(1, Mode.LEADER);
        Leader within = start(2, Mode.COPIER);
        Leader living = start(3, Mode.LEADER);
        living.awaitWord(LeaderProcess.HOLDS);
        between.awaitWord(LeaderProcess.HOLDS);
        within.awaitWord(LeaderProcess.HOLDS);
        try (Connection connection = postgres.dataSource().getConnection();
                LeaderSession candidate = postgres.leaderSession(connection)) {
            assertThat(candidate.take(1)).isFalse();
            assertThat(candidate.take(2)).isFalse();

            signal("STOP", between);
            signal("STOP", within);
            awaitTakeover(candidate, 1, 2);
            assertThat(candidate.take(3)).isFalse();
            signal("CONT", between);
            between.awaitWord(LeaderProcess.FENCED);
        }
        long written = postgres.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from things")
                        .mapTo(Long.class)
                        .one());
        assertThat(written).isZero();
    }

    @Test
    void takesOverFromAMachineThatVanishes() throws Exception {
        int port = backends.postgresPort();
        try (var network = CutOffNetwork.to(port)) {
            letIn(CutOffNetwork.FAR);
            String url = config.url().replace("127.0.0.1", CutOffNetwork.NEAR);
            var far = new ArrayList<Leader>();
            List<Mode> modes = List.of(Mode.LEADER, Mode.COPIER, Mode.IDLE, Mode.BUSY);
            for (Mode mode : modes) {
                far.add(start(network.command(command(url, 10 + far.size(), mode))));
            }
            for (Leader leader : far) {
                leader.awaitWord(LeaderProcess.HOLDS);
            }
            network.drop();
            try (Connection connection = postgres.dataSource().getConnection();
                    LeaderSession candidate = postgres.leaderSession(connection)) {
                awaitTakeover(candidate, 10, 11, 12, 13);
            }
        }
    }

    private static void letIn(String address) throws Exception {
        Path data = home.resolve("postgresql/data");
        Files.writeString(
                data.resolve("pg_hba.conf"),
                "host all all " + address + "/32 scram-sha-256\n",
                StandardOpenOption.APPEND);
        String postmaster = Files.readAllLines(data.resolve("postmaster.pid")).getFirst();
        new ProcessBuilder("kill", "-HUP", postmaster.strip()).start().onExit().join();
    }
}
