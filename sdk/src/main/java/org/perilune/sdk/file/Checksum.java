package org.perilune.sdk.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Tells a record that is whole from one that was torn. */
public final class Checksum {
    private Checksum() {}

    /** CRC-32C of these bytes; the buffer's position and limit stay. */
    public static int of(ByteBuffer bytes, int offset, int length) {
        var crc = new CRC32C();
        crc.update(bytes.slice(offset, length));
        return (int) crc.getValue();
    }
}
