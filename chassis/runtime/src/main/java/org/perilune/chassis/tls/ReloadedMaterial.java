package org.perilune.chassis.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files' content, read again when one of them has changed. What cannot be read leaves what was read last, is told in
 * the log once, and tried again by the next who asks. Safe for threads.
 */
final class ReloadedMaterial {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadedMaterial.class);

    private final TlsConfig config;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile State state;

    /** @param previous may still be in use by handshakes under way */
    private record State(
            TlsMaterial material,
            @Nullable TlsMaterial previous,
            List<Stamp> stamps,
            @Nullable String problem) {}

    /** What tells that a file is another one, or was written. */
    private record Stamp(@Nullable Object file, FileTime written, long size) {
        private static final Stamp NONE = new Stamp(null, FileTime.fromMillis(0), -1);

        static Stamp of(Path path) {
            try {
                var attributes = Files.readAttributes(path, BasicFileAttributes.class);
                return new Stamp(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
            } catch (IOException missing) {
                return NONE;
            }
        }
    }

    /** @throws IOException if the files cannot be read now */
    ReloadedMaterial(TlsConfig config) throws IOException {
        this.config = config;
        List<Stamp> stamps = stamps();
        this.state = new State(TlsMaterial.read(config), null, stamps, null);
    }

    TlsMaterial current() {
        State known = state;
        // Stamps are older than what is read: what is written while we read is read again.
        List<Stamp> stamps = stamps();
        if (known.problem() == null && known.stamps().equals(stamps)) {
            return known.material();
        }
        // Whoever comes while another one reads goes on with what there is.
        if (reading.tryLock()) {
            try {
                state = read(state, stamps);
            } finally {
                reading.unlock();
            }
        }
        return state.material();
    }

    /** The one that a handshake began with, or the current one. */
    TlsMaterial named(String alias) {
        State known = state;
        TlsMaterial previous = known.previous();
        return previous != null && previous.alias().equals(alias) ? previous : known.material();
    }

    private State read(State known, List<Stamp> stamps) {
        if (known.problem() == null && known.stamps().equals(stamps)) {
            return known;
        }
        try {
            TlsMaterial fresh = TlsMaterial.read(config);
            LOG.info("TLS files have changed; new connections use them [files: {}]", files());
            return new State(fresh, known.material(), stamps, null);
        } catch (IOException failure) {
            String problem = String.valueOf(failure.getMessage());
            if (!problem.equals(known.problem())) {
                LOG.warn(
                        "TLS files have changed and cannot be used; connections go on with what was read before. {}"
                                + " [files: {}]",
                        problem,
                        files());
            }
            return new State(known.material(), known.previous(), stamps, problem);
        }
    }

    private List<Path> files() {
        return Stream.of(config.caFile(), config.certificateFile(), config.keyFile())
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private List<Stamp> stamps() {
        return files().stream().map(Stamp::of).toList();
    }
}
