package org.perilune.bench;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.perilune.bench.instance.OwnInstance;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventConsumer;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "events",
        description = "Events from an outbox through the AMQP broker to two services, each with an inbox and a database"
                + " of its own. With backends of the bench's own.")
final class EventsBench implements Callable<Integer> {
    private static final String TYPE = "BenchHappened";
    private static final Service PUBLISHER = Topology.POSTS;
    private static final List<Service> TAKERS = List.of(Topology.MODERATION, Topology.QUERY);
    /** As command-dispatcher commits them under load. */
    private static final int COMMIT = 20;
    /** Unsent events that writing waits at: sustained is what comes out as fast as it goes in. */
    private static final int AHEAD = 5_000;

    private static final double WANTED = 3_000;
    private static final long POLL_NANOS = 20_000_000;
    private static final long LONGEST_NANOS = 180_000_000_000L;

    @Option(names = "--runs", description = "How often each figure is measured (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Option(names = "--events", description = "Events of a run (default: ${DEFAULT-VALUE})")
    private int events = 60_000;

    @Option(
            names = "--rabbitmq",
            paramLabel = "PORT",
            description =
                    "Takes the RabbitMQ on this port of 127.0.0.1, virtual host /, instead of the embedded broker."
                            + " The queues moderation.events and query.events must not be in use there.")
    private @Nullable Integer rabbitPort;

    @Option(names = "--rabbitmq-user", description = "(default: ${DEFAULT-VALUE})")
    private String rabbitUser = "perilune";

    @Option(names = "--rabbitmq-password-file", paramLabel = "FILE", description = "Holds the user's password")
    private @Nullable Path rabbitPassword;

    @Override
    public Integer call() throws Exception {
        var report = new Report(System.out);
        measure(report);
        report.print();
        return 0;
    }

    void measure(Report report) throws Exception {
        Path home = Files.createTempDirectory("perilune-bench-events");
        try (var owned = new Resources()) {
            report.tell("Starting backends of its own");
            var databases = new ArrayList<>(List.of(PUBLISHER.databaseName()));
            TAKERS.forEach(taker -> databases.add(taker.databaseName()));
            EmbeddedBackends backends = owned.add(
                    EmbeddedBackends.start(new BackendsConfig(home, Map.of(), databases, false), sentence -> {}));
            var settings = Settings.of(backends.settings());
            Amqp amqp = owned.add(Amqp.open(amqp(settings, PUBLISHER)));
            Postgres outbox = database(owned, settings, PUBLISHER, List.of(Outbox.SCHEMA));
            var takers = new ArrayList<Taker>();
            for (Service taker : TAKERS) {
                takers.add(taker(owned, settings, taker));
            }
            OutboxRelay relay = owned.add(OutboxRelay.start(PUBLISHER.name(), outbox, amqp, new SimpleMeterRegistry()));
            report.tell("Warming up");
            run(outbox, relay, takers, Math.min(events, 30_000), 0);
            var rates = new ArrayList<Double>();
            for (int run = 1; run <= runs; run++) {
                double rate = run(outbox, relay, takers, events, run);
                report.tell("%,d events, each taken once by both: %,.0f/s".formatted(events, rate));
                rates.add(rate);
            }
            String broker = rabbitPort == null ? "" : " (" + amqp.ping() + ")";
            report.atLeast("events to two services, once each" + broker, new Figures(rates), 0, "events/s", WANTED);
        } finally {
            OwnInstance.delete(home);
        }
    }

    private static Postgres database(Resources owned, Settings settings, Service service, List<String> schemas)
            throws InterruptedException {
        var config = PostgresConfig.read(settings.at(service.name()), 4);
        Postgres postgres = owned.add(Postgres.open(config, schemas, new SimpleMeterRegistry()));
        postgres.awaitMigrated();
        return postgres;
    }

    private AmqpConfig amqp(Settings settings, Service service) throws IOException {
        if (rabbitPort == null) {
            return AmqpConfig.read(settings.at(service.name()));
        }
        if (rabbitPassword == null) {
            throw new BenchException("--rabbitmq needs --rabbitmq-password-file");
        }
        var password = new Secret(Files.readString(rabbitPassword).strip());
        return new AmqpConfig("127.0.0.1", rabbitPort, rabbitUser, password, "/", AmqpConfig.QueueType.QUORUM);
    }

    /** A service that takes the events. */
    private record Taker(Postgres postgres, Counter handled) {
        long effects(int run, String what) {
            return postgres.jdbi()
                    .withHandle(handle -> handle.createQuery("select " + what + " from effects where run = ?")
                            .bind(0, run)
                            .mapTo(Long.class)
                            .one());
        }
    }

    private Taker taker(Resources owned, Settings settings, Service service) throws Exception {
        Postgres postgres = database(owned, settings, service, List.of(Inbox.SCHEMA));
        postgres.jdbi().useHandle(handle -> handle.execute("create table effects (run int not null, ordinal int)"));
        Amqp amqp = owned.add(Amqp.open(amqp(settings, service)));
        EventConsumer.Handler effect = (transaction, event) -> {
            String[] subject = String.valueOf(event.subject()).split("-");
            transaction.execute(
                    "insert into effects (run, ordinal) values (?, ?)",
                    Integer.parseInt(subject[0]),
                    Integer.parseInt(subject[1]));
        };
        var meters = new SimpleMeterRegistry();
        var consumer =
                owned.add(EventConsumer.start(service, Set.of(TYPE), postgres, amqp, Inbox.once(effect), meters));
        long limit = System.nanoTime() + LONGEST_NANOS;
        while (consumer.problem().isPresent()) {
            checkTime(limit, "Nothing is taken from the broker: " + consumer.problem());
        }
        return new Taker(postgres, meters.counter("events.handled", "queue", Exchanges.queueOf(service)));
    }

    /** What a log entry says, about. */
    private record Happened(int run, int ordinal, String at, String summary) {}

    /** @return events a second, from the first commit until both services had the last */
    private static double run(Postgres outbox, OutboxRelay relay, List<Taker> takers, int count, int run) {
        double[] before =
                takers.stream().mapToDouble(taker -> taker.handled().count()).toArray();
        long began = System.nanoTime();
        long limit = began + LONGEST_NANOS;
        for (int first = 0; first < count; first += COMMIT) {
            if (first % 1_000 == 0) {
                while (unsent(outbox) > AHEAD) {
                    checkTime(limit, "The outbox does not empty");
                }
            }
            List<CloudEvent> some = some(run, first, Math.min(count, first + COMMIT));
            outbox.jdbi().useTransaction(transaction -> Outbox.append(transaction, some));
            relay.wake();
        }
        for (int taker = 0; taker < takers.size(); taker++) {
            while (takers.get(taker).handled().count() - before[taker] < count) {
                checkTime(limit, "Not all of %,d events arrived".formatted(count));
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        for (Taker taker : takers) {
            long all = taker.effects(run, "count(*)");
            long each = taker.effects(run, "count(distinct ordinal)");
            if (each != count || all != count) {
                throw new BenchException("%,d events had %,d effects, of %,d of them".formatted(count, all, each));
            }
        }
        return count / seconds;
    }

    private static List<CloudEvent> some(int run, int from, int until) {
        var some = new ArrayList<CloudEvent>();
        for (int ordinal = from; ordinal < until; ordinal++) {
            var now = Clock.systemUTC().instant();
            var data = new Happened(run, ordinal, now.toString(), "Something of the length of a sentence happened");
            some.add(CloudEvent.of(PUBLISHER.name(), TYPE, run + "-" + ordinal, now, data, Optional.empty()));
        }
        return some;
    }

    private static long unsent(Postgres outbox) {
        return outbox.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from outbox where sent_at is null")
                        .mapTo(Long.class)
                        .one());
    }

    private static void checkTime(long limitNanos, String otherwise) {
        if (System.nanoTime() - limitNanos > 0) {
            throw new BenchException(otherwise);
        }
        LockSupport.parkNanos(POLL_NANOS);
    }
}
