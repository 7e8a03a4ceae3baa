package org.perilune.backup.target;

import java.io.IOException;
import java.io.OutputStream;

/** A file being written. Closed without having been committed, it never was. Not safe for threads. */
public abstract class NewFile extends OutputStream {
    /** Returns when it is safe under its name. */
    public abstract void commit() throws IOException;

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public abstract void write(byte[] bytes, int offset, int length) throws IOException;
}
