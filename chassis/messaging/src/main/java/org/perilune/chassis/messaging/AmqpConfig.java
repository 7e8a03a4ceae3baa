package org.perilune.chassis.messaging;

import com.rabbitmq.client.Address;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.contracts.EventQueues;
import org.perilune.contracts.Topology;

/**
 * Where the AMQP broker is, who we are there, and which kind of queue it has.
 *
 * @param host of the broker, or several of one cluster with commas between, each with a port of its own where it is another
 * @param port of every host that names none
 * @param queueType of every queue that is declared; a queue once made keeps its kind
 * @param deliveryLimit how often a quorum queue gives a message out before it is a dead letter; a queue once made keeps
 *     its limit
 * @param queueExpiry after so long without a consumer a quorum queue goes, with what waits in it: nobody runs that
 *     service any more, and it would grow for ever; a queue once made keeps its expiry
 * @param absent names of services that are not deployed: nothing waits for them
 * @param tls of every connection
 */
public record AmqpConfig(
        String host,
        int port,
        String user,
        Secret password,
        String virtualHost,
        QueueType queueType,
        int deliveryLimit,
        Duration queueExpiry,
        Set<String> absent,
        TlsConfig tls) {
    /**
     * RabbitMQ's own, 20, would make dead letters of healthy messages: each end of a consumer counts for all it had in
     * hand. It is for what kills every copy; failures are counted by consumers.
     */
    private static final int DELIVERY_LIMIT = 1_000;

    private static final int STANDARD_PORT = 5672;
    private static final int STANDARD_TLS_PORT = 5671;
    private static final Duration QUEUE_EXPIRY = Duration.ofDays(30);

    /** A restart of a service must not cost what waits for it. */
    private static final Duration SHORTEST_QUEUE_EXPIRY = Duration.ofHours(1);

    /** RabbitMQ counts it in milliseconds of 32 bits. */
    private static final Duration LONGEST_QUEUE_EXPIRY = Duration.ofDays(45);

    /** With the defaults: every service is deployed, without TLS. */
    public AmqpConfig(String host, int port, String user, Secret password, String virtualHost, QueueType queueType) {
        this(host, port, user, password, virtualHost, queueType, DELIVERY_LIMIT, QUEUE_EXPIRY, Set.of(), TlsConfig.OFF);
    }

    /** Checks and copies. */
    public AmqpConfig {
        absent = Set.copyOf(absent);
    }

    /** Kinds of durable queues. */
    public enum QueueType {
        /** Replicated, of RabbitMQ 3.10 or newer: what counts as confirmed survives the loss of a minority of nodes. */
        QUORUM,
        /** On one node; the only kind of a broker that is not RabbitMQ. */
        CLASSIC
    }

    /**
     * Reads {@code amqp.host}, {@code .port}, {@code .user}, {@code .password} (or {@code .password-file}), {@code
     * .vhost}, {@code .queue-type} ({@code quorum} or {@code classic}), {@code .delivery-limit}, {@code
     * .queue-expiry}, {@code .absent-services} (names with commas between) and {@code .tls.*}.
     */
    public static AmqpConfig read(Settings in) {
        TlsConfig tls = TlsConfig.read(in, "amqp");
        return new AmqpConfig(
                host(in),
                in.port("amqp.port", tls.enabled() ? STANDARD_TLS_PORT : STANDARD_PORT),
                in.text("amqp.user"),
                in.secret("amqp.password"),
                in.text("amqp.vhost", "/"),
                queueType(in),
                in.integer("amqp.delivery-limit", DELIVERY_LIMIT, 20, 1_000_000),
                queueExpiry(in),
                absent(in),
                tls);
    }

    private static String host(Settings in) {
        String hosts = in.text("amqp.host", "127.0.0.1");
        try {
            addresses(hosts, 0);
        } catch (IllegalArgumentException malformed) {
            in.fault("amqp.host", "must be a host, or several such as rabbit-1,rabbit-2:5673, not " + hosts);
        }
        return hosts;
    }

    /** Every host of the cluster, in their order; at least one. */
    List<Address> addresses() {
        return addresses(host, port);
    }

    private static List<Address> addresses(String hosts, int port) {
        return Arrays.stream(hosts.split(",", -1))
                .map(String::strip)
                .map(text -> {
                    if (text.isEmpty()) {
                        throw new IllegalArgumentException("A host is missing");
                    }
                    Address address = Address.parseAddress(text);
                    return address.getPort() < 0 ? new Address(address.getHost(), port) : address;
                })
                .toList();
    }

    private static Duration queueExpiry(Settings in) {
        Duration expiry = in.duration("amqp.queue-expiry", QUEUE_EXPIRY);
        if (expiry.compareTo(SHORTEST_QUEUE_EXPIRY) < 0 || expiry.compareTo(LONGEST_QUEUE_EXPIRY) > 0) {
            in.fault("amqp.queue-expiry", "must be from 1h to " + LONGEST_QUEUE_EXPIRY.toDays() + "d");
        }
        return expiry;
    }

    private static Set<String> absent(Settings in) {
        String text = in.text("amqp.absent-services", "");
        Set<String> names = Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
        Set<String> known =
                EventQueues.TYPES.keySet().stream().map(Topology.Service::name).collect(Collectors.toSet());
        if (!known.containsAll(names)) {
            in.fault("amqp.absent-services", "must be names out of " + new TreeSet<>(known) + ", not " + text);
        }
        return names;
    }

    private static QueueType queueType(Settings in) {
        String text = in.text("amqp.queue-type", "quorum");
        for (QueueType type : QueueType.values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(text)) {
                return type;
            }
        }
        in.fault("amqp.queue-type", "must be quorum or classic, not " + text);
        return QueueType.QUORUM;
    }
}
