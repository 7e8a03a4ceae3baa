package org.perilune.backup.target;

import java.io.IOException;
import java.io.InputStream;
import java.util.SortedSet;

/**
 * Where backups are: files in folders, one folder a backup. Nobody else may read what is written. Safe for threads, but
 * for the streams that it gives.
 */
public interface BackupTarget extends AutoCloseable {
    /** For people, without secrets. */
    String description();

    /** Of all backups, complete or not; oldest first, as their names begin with their time. */
    SortedSet<String> folders() throws IOException;

    /** Of one backup, by their paths within it. */
    SortedSet<String> files(String folder) throws IOException;

    /** A file that is there once it is committed; the same name replaces it. */
    NewFile write(String folder, String path) throws IOException;

    /** @throws java.nio.file.NoSuchFileException where there is none */
    InputStream read(String folder, String path) throws IOException;

    /** Does nothing where there is none. */
    void delete(String folder, String path) throws IOException;

    /** Takes away an empty folder, where folders are things of their own. */
    void deleteFolder(String folder) throws IOException;

    @Override
    void close();
}
