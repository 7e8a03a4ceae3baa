package org.perilune.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.instance.OwnInstance;
import org.perilune.bench.load.HttpConnection;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.Topology;
import org.perilune.embedded.mqtt.DeviceKeys;
import org.perilune.sdk.CommandOutcome;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceConfig;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.DeviceKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "commands",
        description = "Commands through their whole life: POST /dispatch, the device's intent and result on its disk,"
                + " completed in the dispatcher's database.")
final class CommandsBench implements Callable<Integer> {
    private static final String TYPE = "bench-commanded";
    private static final int CONNECTIONS = 32;
    private static final Duration MOST_DRAIN = Duration.ofSeconds(60);
    private static final double HELD_DRAIN_SECONDS = 2;
    private static final long POLL_NANOS = 50_000_000;
    private static final String COMPLETED = "device_type = '" + TYPE + "' and state = 'completed'";
    /** As the index of open commands has it. */
    private static final String OPEN = "device like 'commanded-%' and state not in"
            + " ('completed', 'failed', 'rejected', 'expired', 'cancelled', 'unknown')";

    private static final String DICTIONARY = """
            {"commands":[{"name":"NOTHING","title":"Do nothing","description":"","significance":"normal",
             "repeatable":false,"expires_in":600,"arguments":[{"name":"ordinal","type":"integer","required":true}]}]}
            """;

    @Mixin
    private Common common = new Common();

    @Option(names = "--rate", description = "Commands a second (default: ${DEFAULT-VALUE})")
    private int rate = 1_600;

    @Option(names = "--seconds", description = "Length of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Option(names = "--devices", description = "Devices that are commanded (default: ${DEFAULT-VALUE})")
    private int devices = 8;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        try (var dispatcher = instance.client(Topology.COMMAND_DISPATCHER)) {
            Optional<String> token = Optional.of(instance.token("administrator"));
            var put = dispatcher.exchange("PUT", "/dictionary/" + TYPE, token, Optional.of(DICTIONARY.getBytes(UTF_8)));
            if (put.status() != 200) {
                throw new BenchException("The dictionary was not taken: " + new String(put.body(), UTF_8));
            }
        }
        Path folder = Files.createTempDirectory("perilune-bench-devices");
        var flying = new ArrayList<Device>();
        try {
            List<String> names = Instance.names("commanded-", devices);
            for (String name : names) {
                flying.add(fly(instance, name, folder.resolve(name)));
            }
            awaitKnown(instance, names);
            report.tell("Warming up");
            run(instance, report, flying, names, Math.min(15, seconds));
            var rates = new ArrayList<Double>();
            var drains = new ArrayList<Double>();
            for (int run = 0; run < common.runs; run++) {
                Run measured = run(instance, report, flying, names, seconds);
                rates.add(measured.perSecond());
                drains.add(measured.drainSeconds());
            }
            report.atLeast("commands through their whole life", new Figures(rates), 0, "commands/s", 1_500);
            report.atMost(
                    "the same, all completed after the last was sent", new Figures(drains), 2, "s", HELD_DRAIN_SECONDS);
        } finally {
            flying.forEach(Device::close);
            OwnInstance.delete(folder);
        }
    }

    private static Device fly(Instance instance, String name, Path journal) throws IOException {
        Files.createDirectories(journal);
        String key = DeviceKeys.in(instance.home()).enrol(name);
        var config = DeviceConfig.of(name, DeviceKey.of(key), "127.0.0.1", instance.storePort("MQTT broker"), journal);
        var description = new DeviceDescription(TYPE, Duration.ofHours(1), List.of(), null);
        return Device.open(config, description, Clock.systemUTC(), command -> CommandOutcome.completed());
    }

    private static void awaitKnown(Instance instance, List<String> names) {
        long limit = System.nanoTime() + MOST_DRAIN.toNanos();
        try (var telemetry = instance.telemetry()) {
            Optional<String> token = Optional.of(instance.token("viewer"));
            for (String name : names) {
                while (telemetry
                                .exchange("GET", "/devices/" + name, token, Optional.empty())
                                .status()
                        != 200) {
                    if (System.nanoTime() - limit > 0) {
                        throw new BenchException(name + " did not connect");
                    }
                    LockSupport.parkNanos(POLL_NANOS);
                }
            }
        }
    }

    /** @param drainSeconds from the last answer to a dispatch until everything was completed */
    private record Run(double perSecond, double drainSeconds) {}

    private Run run(Instance instance, Report report, List<Device> flying, List<String> names, int length)
            throws Exception {
        int count = rate * length;
        String token = instance.token("operator");
        long before = count(instance, COMPLETED);
        long executedBefore = executed(flying);
        long began = System.nanoTime();
        dispatch(instance.servicePort(Topology.COMMAND_DISPATCHER.name()), token, names, count, began);
        long sent = System.nanoTime();
        // First by what devices know, which costs the database nothing.
        await(sent, count, () -> executed(flying) >= executedBefore + count);
        await(sent, count, () -> count(instance, OPEN) == 0);
        long ended = System.nanoTime();
        long completed = count(instance, COMPLETED) - before;
        if (completed != count) {
            throw new BenchException("Of %,d commands %,d were completed".formatted(count, completed));
        }
        var run = new Run(count / ((ended - began) / 1e9), (ended - sent) / 1e9);
        report.tell("%,d commands: %,.0f/s, %.2f s after the last was taken"
                .formatted(count, run.perSecond(), run.drainSeconds()));
        return run;
    }

    private static long executed(List<Device> flying) {
        return flying.stream()
                .mapToLong(device -> device.status().commands().executed())
                .sum();
    }

    private static void await(long sent, int count, Callable<Boolean> ended) throws Exception {
        while (!ended.call()) {
            if (System.nanoTime() - sent > MOST_DRAIN.toNanos()) {
                throw new BenchException("Some of %,d commands are not at their end after %d s"
                        .formatted(count, MOST_DRAIN.toSeconds()));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void dispatch(int port, String token, List<String> names, int count, long began) throws Exception {
        var next = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var senders = new ArrayList<Callable<Void>>();
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                senders.add(() -> {
                    try (var http = new HttpConnection(port)) {
                        for (int ordinal = next.getAndIncrement(); ordinal < count; ordinal = next.getAndIncrement()) {
                            LockSupport.parkNanos(began + ordinal * 1_000_000_000L / rate - System.nanoTime());
                            String body = new String(
                                    Json.bytes(Map.of(
                                            "command_type", "NOTHING",
                                            "device", names.get(ordinal % names.size()),
                                            "parameters", Map.of("ordinal", ordinal))),
                                    UTF_8);
                            http.exchange(HttpConnection.post("/dispatch", token, body), 202);
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> sender : executor.invokeAll(senders)) {
                sender.get();
            }
        }
    }

    private static long count(Instance instance, String which) throws SQLException {
        try (var connection = instance.database(Topology.COMMAND_DISPATCHER);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*) from command where " + which)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
