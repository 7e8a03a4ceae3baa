package org.perilune.query.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** An answer, ready to be sent, as of a version of the model; made smaller for the first who asks for that. Safe for threads. */
public final class Page {
    private final long version;
    private final byte[] bytes;
    private volatile byte @Nullable [] compressed;

    public Page(long version, byte[] bytes) {
        this.version = version;
        this.bytes = bytes;
    }

    public long version() {
        return version;
    }

    public byte[] bytes() {
        return bytes;
    }

    /** With gzip. */
    public byte[] compressed() {
        byte[] known = compressed;
        if (known == null) {
            known = compress(bytes);
            compressed = known;
        }
        return known;
    }

    private static byte[] compress(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 4 + 64);
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException("Memory cannot be written to", failure);
        }
        return out.toByteArray();
    }
}
