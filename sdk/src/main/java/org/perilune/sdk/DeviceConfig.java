package org.perilune.sdk;

import java.nio.file.Path;
import java.time.Duration;
import org.perilune.contracts.Topics;

/**
 * How a device reaches its broker and where it keeps its journal. Start from {@link #of} and change what differs.
 *
 * @param name the device's name, its MQTT user name and client identifier
 * @param host of the MQTT broker
 * @param port of the MQTT broker
 * @param journal folder of this device alone; made if missing
 * @param journalLimitBytes bound of the journal on disk; what does not fit is refused
 * @param keepAlive silence after which broker and device take the connection for dead (times 1.5); whole seconds
 * @param backoffMin shortest pause between two attempts to connect
 * @param backoffMax longest pause between two attempts to connect
 * @param resendAfter how long frames may stay sent but not stored before they are sent again; doubles up to 20 times
 *     while nothing is stored
 * @param answerTimeout how long the broker may take to answer before the connection is given up
 */
public record DeviceConfig(
        String name,
        DeviceKey key,
        String host,
        int port,
        Path journal,
        long journalLimitBytes,
        Duration keepAlive,
        Duration backoffMin,
        Duration backoffMax,
        Duration resendAfter,
        Duration answerTimeout) {
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

    /** Defaults: 256 MiB journal, 15 s keep-alive, back-off 1 s to 60 s, resend after 30 s, answers within 60 s. */
    public static DeviceConfig of(String name, DeviceKey key, String host, int port, Path journal) {
        return new DeviceConfig(
                name,
                key,
                host,
                port,
                journal,
                256L * 1024 * 1024,
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60));
    }

    public DeviceConfig withJournalLimitBytes(long bytes) {
        return new DeviceConfig(
                name, key, host, port, journal, bytes, keepAlive, backoffMin, backoffMax, resendAfter, answerTimeout);
    }

    public DeviceConfig withKeepAlive(Duration keepAlive) {
        return new DeviceConfig(
                name,
                key,
                host,
                port,
                journal,
                journalLimitBytes,
                keepAlive,
                backoffMin,
                backoffMax,
                resendAfter,
                answerTimeout);
    }

    public DeviceConfig withBackoff(Duration min, Duration max) {
        return new DeviceConfig(
                name, key, host, port, journal, journalLimitBytes, keepAlive, min, max, resendAfter, answerTimeout);
    }

    public DeviceConfig withResendAfter(Duration resendAfter) {
        return new DeviceConfig(
                name,
                key,
                host,
                port,
                journal,
                journalLimitBytes,
                keepAlive,
                backoffMin,
                backoffMax,
                resendAfter,
                answerTimeout);
    }

    public DeviceConfig withAnswerTimeout(Duration answerTimeout) {
        return new DeviceConfig(
                name,
                key,
                host,
                port,
                journal,
                journalLimitBytes,
                keepAlive,
                backoffMin,
                backoffMax,
                resendAfter,
                answerTimeout);
    }
}
