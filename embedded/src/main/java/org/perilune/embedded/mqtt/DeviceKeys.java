package org.perilune.embedded.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Sha256;
import org.perilune.contracts.Topics;
import org.perilune.embedded.host.Folders;
import org.perilune.embedded.host.Secrets;

/**
 * The enrolled devices and the hashes of their keys, in a file that other processes may change while the broker runs:
 * a change counts from the next log-in on. Keys are 256 random bits, so one round of SHA-256 is enough. Safe for
 * threads and for several processes.
 */
public final class DeviceKeys {
    private static final byte[] NOBODY = new byte[32];
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(10);
    private static final Duration LOCK_PAUSE = Duration.ofMillis(2);

    private final Path file;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile Snapshot current = new Snapshot(null, Map.of());

    private record Snapshot(@Nullable Stamp stamp, Map<String, byte[]> hashes) {}

    private record Stamp(
            long modifiedNanos, long size, @Nullable Object fileKey) {}

    private DeviceKeys(Path file) {
        this.file = file;
    }

    /** The devices of a home, whether or not the embedded backends run there. */
    public static DeviceKeys in(Path home) {
        return new DeviceKeys(home.resolve("mqtt").resolve("devices"));
    }

    /**
     * Enrols a device, or gives an enrolled one a new key.
     *
     * @return the key, which is kept nowhere
     * @throws IllegalArgumentException for a name that no device can have
     */
    public String enrol(String device) {
        if (!Topics.DEVICE_NAME.matcher(device).matches()) {
            throw new IllegalArgumentException("A device's name has letters, digits, '-', '_' and '.', begins with a"
                    + " letter or digit, and is at most 64 characters long; this one does not: " + device);
        }
        if (MqttUsers.isService(device)) {
            throw new IllegalArgumentException("A service has the name " + device + "; choose another for the device");
        }
        String key = Secrets.random();
        enrol(device, key);
        return key;
    }

    /** For devices that are part of the product, whose key lies among the secrets. */
    public void enrol(String device, String key) {
        byte[] hash = Sha256.of(key);
        change(hashes -> hashes.put(device, hash));
    }

    /** Does nothing for a device that is not enrolled. Its open connections end within two seconds. */
    public void remove(String device) {
        change(hashes -> hashes.remove(device));
    }

    /** In the order of the alphabet. */
    public List<String> names() {
        return List.copyOf(new TreeMap<>(load().hashes).keySet());
    }

    public boolean matches(String device, String key) {
        byte[] expected = load().hashes.get(device);
        // Unknown devices take as long as known ones.
        boolean equal = MessageDigest.isEqual(expected == null ? NOBODY : expected, Sha256.of(key));
        return equal && expected != null;
    }

    boolean knows(String device) {
        return load().hashes.containsKey(device);
    }

    /** Changes when the device's key does; null for a device that is not enrolled. */
    @Nullable
    String fingerprint(String device) {
        byte[] hash = load().hashes.get(device);
        return hash == null ? null : HexFormat.of().formatHex(hash);
    }

    private Snapshot load() {
        Snapshot known = current;
        try {
            Stamp stamp = stamp();
            if (stamp.equals(known.stamp)) {
                return known;
            }
            var read = new Snapshot(stamp, parse(Files.readAllLines(file, UTF_8)));
            current = read;
            return read;
        } catch (NoSuchFileException none) {
            return new Snapshot(null, Map.of());
        } catch (IOException failure) {
            throw new UncheckedIOException("Could not read the enrolled devices", failure);
        }
    }

    private Stamp stamp() throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime().to(NANOSECONDS), attributes.size(), attributes.fileKey());
    }

    private static Map<String, byte[]> parse(List<String> lines) {
        var hashes = new TreeMap<String, byte[]>();
        for (String line : lines) {
            int space = line.indexOf(' ');
            if (space > 0) {
                hashes.put(line.substring(0, space), HexFormat.of().parseHex(line, space + 1, line.length()));
            }
        }
        return Map.copyOf(hashes);
    }

    private void change(Consumer<Map<String, byte[]>> edit) {
        writing.lock();
        try {
            Folders.makePrivate(file.resolveSibling("."));
            try (var channel = FileChannel.open(file.resolveSibling("devices.lock"), CREATE, WRITE)) {
                lock(channel);
                var hashes = new TreeMap<>(load().hashes);
                edit.accept(hashes);
                var text = new StringBuilder();
                hashes.forEach((name, hash) -> text.append(name)
                        .append(' ')
                        .append(HexFormat.of().formatHex(hash))
                        .append('\n'));
                Path fresh = file.resolveSibling("devices.new");
                Folders.writePrivate(fresh, text.toString());
                Files.move(fresh, file, ATOMIC_MOVE);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Could not change the enrolled devices", failure);
        } finally {
            writing.unlock();
        }
    }

    /** Released when the channel closes. */
    private static void lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + LOCK_LIMIT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                FileLock held = channel.tryLock();
                if (held != null) {
                    return;
                }
            } catch (OverlappingFileLockException anotherOfThisProcess) {
                // Java only waits for other processes.
            }
            LockSupport.parkNanos(LOCK_PAUSE.toNanos());
        }
        throw new IOException("Another has held devices.lock for " + LOCK_LIMIT.toSeconds() + " seconds");
    }
}
