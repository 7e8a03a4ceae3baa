package org.perilune.sdk;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topics;
import org.perilune.sdk.link.LinkConfig;
import org.perilune.sdk.link.LinkTls;

/**
 * How a device reaches its broker and where it keeps its journal. Start from {@link #of} and change what differs.
 *
 * @param name the device's name, its MQTT user name and client identifier
 * @param host of the MQTT broker
 * @param port of the MQTT broker
 * @param journal folder of this device alone; made if missing
 * @param journalLimitBytes bound of the journal on disk; what does not fit is refused
 * @param commandLimitBytes bound of what is remembered of commands; beyond it new ones are rejected
 * @param keepAlive silence after which broker and device take the connection for dead (times 1.5); whole seconds
 * @param backoffMin shortest pause between two attempts to connect
 * @param backoffMax longest pause between two attempts to connect
 * @param resendAfter how long frames may stay sent but not stored before they are sent again; doubles up to 20 times
 *     while nothing is stored
 * @param answerTimeout how long the broker may take to answer before the connection is given up
 * @param tls of the connection to the broker; null where it is plain
 */
public record DeviceConfig(
        String name,
        DeviceKey key,
        String host,
        int port,
        Path journal,
        long journalLimitBytes,
        long commandLimitBytes,
        Duration keepAlive,
        Duration backoffMin,
        Duration backoffMax,
        Duration resendAfter,
        Duration answerTimeout,
        @Nullable LinkTls tls) {
    private static final long SMALLEST_JOURNAL_BYTES = 256 * 1024;

    public DeviceConfig {
        if (!Topics.DEVICE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Not a device name: " + name);
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("Not a port: " + port);
        }
        if (journalLimitBytes < SMALLEST_JOURNAL_BYTES) {
            throw new IllegalArgumentException("A journal needs at least " + SMALLEST_JOURNAL_BYTES + " bytes");
        }
        if (commandLimitBytes < 0) {
            throw new IllegalArgumentException("commandLimitBytes must not be negative");
        }
        if (keepAlive.toSeconds() < 1 || keepAlive.toSeconds() > 65_535) {
            throw new IllegalArgumentException("keepAlive must be between 1 s and 65,535 s");
        }
        if (backoffMin.isNegative() || backoffMin.isZero() || backoffMax.compareTo(backoffMin) < 0) {
            throw new IllegalArgumentException("Back-off must be positive, its maximum not below its minimum");
        }
        if (!resendAfter.isPositive() || !answerTimeout.isPositive()) {
            throw new IllegalArgumentException("resendAfter and answerTimeout must be positive");
        }
    }

    /** Defaults: 256 MiB journal, 64 MiB of commands, 15 s keep-alive, back-off 1 s to 60 s, resend after 30 s, answers within 60 s. */
    public static DeviceConfig of(String name, DeviceKey key, String host, int port, Path journal) {
        return new DeviceConfig(
                name,
                key,
                host,
                port,
                journal,
                256L * 1024 * 1024,
                64L * 1024 * 1024,
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                null);
    }

    public DeviceConfig withJournalLimitBytes(long bytes) {
        return with(parts -> parts.journalLimitBytes = bytes);
    }

    public DeviceConfig withCommandLimitBytes(long bytes) {
        return with(parts -> parts.commandLimitBytes = bytes);
    }

    public DeviceConfig withKeepAlive(Duration interval) {
        return with(parts -> parts.keepAlive = interval);
    }

    public DeviceConfig withBackoff(Duration min, Duration max) {
        return with(parts -> {
            parts.backoffMin = min;
            parts.backoffMax = max;
        });
    }

    public DeviceConfig withResendAfter(Duration pause) {
        return with(parts -> parts.resendAfter = pause);
    }

    public DeviceConfig withAnswerTimeout(Duration timeout) {
        return with(parts -> parts.answerTimeout = timeout);
    }

    /**
     * Connects by TLS; the port is mostly another then, 8883.
     *
     * @param trust whose certificates a broker may show; it is compared with the broker's host, too
     * @param keys of the device's own certificate, for brokers that ask for one; null where it has none
     */
    public DeviceConfig withTls(TrustManagerFactory trust, @Nullable KeyManagerFactory keys) {
        return with(parts -> parts.tls = new LinkTls(trust, keys));
    }

    private DeviceConfig with(Consumer<Parts> change) {
        var parts = new Parts(this);
        change.accept(parts);
        return new DeviceConfig(
                name,
                key,
                host,
                port,
                journal,
                parts.journalLimitBytes,
                parts.commandLimitBytes,
                parts.keepAlive,
                parts.backoffMin,
                parts.backoffMax,
                parts.resendAfter,
                parts.answerTimeout,
                parts.tls);
    }

    LinkConfig link() {
        return new LinkConfig(
                name, key.bytes(), host, port, keepAlive, backoffMin, backoffMax, resendAfter, answerTimeout, tls);
    }

    /** What may differ from the defaults. */
    private static final class Parts {
        private long journalLimitBytes;
        private long commandLimitBytes;
        private Duration keepAlive;
        private Duration backoffMin;
        private Duration backoffMax;
        private Duration resendAfter;
        private Duration answerTimeout;
        private @Nullable LinkTls tls;

        private Parts(DeviceConfig from) {
            journalLimitBytes = from.journalLimitBytes;
            commandLimitBytes = from.commandLimitBytes;
            keepAlive = from.keepAlive;
            backoffMin = from.backoffMin;
            backoffMax = from.backoffMax;
            resendAfter = from.resendAfter;
            answerTimeout = from.answerTimeout;
            tls = from.tls;
        }
    }
}
