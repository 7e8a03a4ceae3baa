package org.perilune.launcher.table;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.perilune.contracts.Sha256;
import org.perilune.launcher.home.LauncherException;

/** The bytes of a table: a file, the only table in a ZIP archive, or what a .gz holds. Opened as often as wanted. */
public final class TableFile {
    private static final List<String> TABLES = List.of(".csv", ".tsv", ".txt", ".tab");
    private static final List<String> WORKBOOKS = List.of(".xlsx", ".xlsm", ".xls", ".ods");

    private final Path path;

    public TableFile(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new LauncherException("There is no file " + path);
        }
        if (endsWith(path.toString(), WORKBOOKS)) {
            throw new LauncherException(path + " is a spreadsheet's own format; save it there as CSV (UTF-8)");
        }
        this.path = path;
    }

    InputStream open() {
        try {
            String name = path.toString().toLowerCase(Locale.ROOT);
            if (name.endsWith(".zip")) {
                return openArchive();
            }
            InputStream file = Files.newInputStream(path);
            return new BufferedInputStream(name.endsWith(".gz") ? new GZIPInputStream(file) : file);
        } catch (IOException failure) {
            throw unreadable(failure);
        }
    }

    private InputStream openArchive() throws IOException {
        // Names that do not say that they are UTF-8 are in the code page of whoever packed them; any will do.
        var archive = new ZipFile(path.toFile(), StandardCharsets.ISO_8859_1);
        try {
            return new ArchivedInput(archive, archive.getInputStream(onlyTable(archive)));
        } catch (IOException | RuntimeException failure) {
            archive.close();
            throw failure;
        }
    }

    private ZipEntry onlyTable(ZipFile archive) {
        List<? extends ZipEntry> tables = archive.stream()
                .filter(entry -> !entry.isDirectory() && isNoLitter(entry.getName()))
                .filter(entry -> endsWith(entry.getName(), TABLES))
                .toList();
        if (tables.size() == 1) {
            return tables.getFirst();
        }
        String which = tables.isEmpty()
                ? "holds no table (" + String.join(", ", TABLES) + ")"
                : "holds " + tables.size() + " tables: "
                        + String.join(
                                ", ", tables.stream().map(ZipEntry::getName).toList());
        throw new LauncherException(path + " " + which + "; unpack it and name the one that is meant");
    }

    /** What macOS puts beside each file, and hidden files, are nobody's tables. */
    private static boolean isNoLitter(String name) {
        for (String part : name.replace('\\', '/').split("/")) {
            if (part.startsWith(".") || part.equals("__MACOSX")) {
                return false;
            }
        }
        return true;
    }

    private static boolean endsWith(String name, List<String> endings) {
        return endings.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
    }

    private static final class ArchivedInput extends FilterInputStream {
        private final ZipFile archive;

        ArchivedInput(ZipFile archive, InputStream entry) {
            super(entry);
            this.archive = archive;
        }

        @Override
        public void close() throws IOException {
            try (archive) {
                super.close();
            }
        }
    }

    /**
     * Tells files apart by what is in them.
     *
     * @param options what else decides how the file is read; empty for nothing
     */
    public String fingerprint(String options) {
        try (InputStream input = Files.newInputStream(path)) {
            var digest = Sha256.digest();
            var buffer = new byte[64 * 1024];
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            digest.update(options.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException failure) {
            throw unreadable(failure);
        }
    }

    LauncherException unreadable(Exception failure) {
        return new LauncherException(this + " cannot be read: " + failure.getMessage(), failure);
    }

    @Override
    public String toString() {
        return String.valueOf(path.getFileName());
    }
}
