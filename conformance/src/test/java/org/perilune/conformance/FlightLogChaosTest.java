package org.perilune.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/**
 * {@code kill -9} of the five services of the flight log, each in a process of its own, of the broker and of PostgreSQL,
 * while people write, every now and then in the middle of a rebuild: in the end query shows everything once, with its
 * final status, also when it is built anew, and there is one event for each change. {@code -Dlog.seed=} repeats a run as far as the machine allows, {@code -Dlog.kills=} asks for more kills.
 */
final class FlightLogChaosTest {
    private static final long SEED = Long.getLong("log.seed", new Random().nextInt(1_000_000));
    /** Each of the seven victims once; fewer would spare the last of them always. */
    private static final int KILLS = Integer.getInteger("log.kills", 7);

    private static final int WRITERS = 3;
    private static final Duration PROGRESS = Duration.ofSeconds(60);

    private final Random random = new Random(SEED);

    @TempDir
    private Path folder = Path.of("");

    private static final String BROKER = "broker";
    private static final String POSTGRESQL = "postgresql";
    private static final List<Service> SERVICES =
            List.of(Topology.EVENT_BUS, Topology.POSTS, Topology.COMMENTS, Topology.MODERATION, Topology.QUERY);

    /** The broker is in one process with everything that is not killed by itself. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // as many kills as wanted; every single wait has its own limit
    void nothingIsLostOrDoubledWithTheEmbeddedBroker() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"))) {
            survive(perilune, () -> {
                perilune.kill();
                start(perilune);
            });
        }
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void nothingIsLostOrDoubledWithRabbitMq() throws Exception {
        try (var rabbit = RabbitMq.in(folder.resolve("rabbitmq"));
                var perilune = Perilune.in(folder.resolve("home"), rabbit.settings())) {
            rabbit.start();
            survive(perilune, () -> {
                rabbit.kill();
                rabbit.start();
            });
        }
    }

    private interface Kill {
        void andStart() throws IOException, InterruptedException;
    }

    private static void start(Perilune perilune) throws IOException {
        perilune.start(SERVICES.stream().map(Service::name).toArray(String[]::new));
    }

    private void survive(Perilune perilune, Kill broker) throws Exception {
        System.out.println("Flight log chaos [seed: " + SEED + ", kills: " + KILLS + "]");
        start(perilune);
        var services = new TreeMap<String, Beside>();
        try (var keeper = new LogKeeper(perilune);
                var writers = new LogWriters(keeper, SEED)) {
            for (Service service : SERVICES) {
                services.put(service.name(), started(perilune, service));
            }
            services.values().forEach(Beside::awaitReady);
            keeper.judgeByTheWord(LogWriters.REJECTED_WORD);
            writers.start(WRITERS);
            for (String victim : victims()) {
                awaitWritten(writers, random.nextInt(1, 40));
                if (random.nextInt(3) == 0) {
                    keeper.beginRebuild();
                    awaitWritten(writers, random.nextInt(1, 5));
                }
                kill(victim, services, perilune, broker);
            }
            awaitWritten(writers, 10);
            writers.finish();
            var audit = new LogAudit(keeper);
            audit.query(writers);
            audit.events(writers);
            keeper.rebuild();
            audit.query(writers);
            System.out.println("Flight log chaos survived [posts: "
                    + writers.posts().size() + ", comments: "
                    + writers.comments().size() + ", deleted: " + writers.gone().size() + "]");
        } catch (Throwable failure) {
            services.values()
                    .forEach(each -> failure.addSuppressed(
                            new AssertionError(each.service().name() + " said last:\n" + each.said())));
            failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(30)));
            throw new AssertionError(
                    failure + "; repeat it with -Dlog.seed=" + SEED + " -Dlog.kills=" + KILLS, failure);
        } finally {
            services.values().forEach(Beside::close);
        }
    }

    private Beside started(Perilune perilune, Service service) throws IOException {
        int port = perilune.port(Perilune.Part.of(service));
        Beside beside = Beside.of(perilune, service, port, folder.resolve("said"));
        beside.start();
        return beside;
    }

    /** Each in turn, shuffled, as often as it goes. */
    private List<String> victims() {
        var each = new ArrayList<>(List.of(BROKER, POSTGRESQL));
        SERVICES.forEach(service -> each.add(service.name()));
        var victims = new ArrayList<String>();
        while (victims.size() < KILLS) {
            victims.addAll(each);
        }
        List<String> all = victims.subList(0, KILLS);
        Collections.shuffle(all, random);
        return all;
    }

    private static void kill(String victim, Map<String, Beside> services, Perilune perilune, Kill broker)
            throws IOException, InterruptedException {
        Beside service = services.get(victim);
        if (service != null) {
            service.kill();
            service.start();
        } else if (victim.equals(BROKER)) {
            broker.andStart();
        } else {
            perilune.postgres().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static void awaitWritten(LogWriters writers, int more) throws Exception {
        int before = writers.written();
        await(more + " further things to be written")
                .atMost(PROGRESS)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    writers.requireAtWork();
                    return writers.written() >= before + more;
                });
    }
}
