package org.perilune.launcher;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The rows of a CSV file, in a ZIP archive or not. Read as a stream, as often as wanted. */
final class ReplayFile {
    private final Path path;

    /** A row must not be allowed to fill the memory. */
    private static final int LONGEST_FIELD = 1024 * 1024;

    ReplayFile(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new LauncherException("There is no file " + path);
        }
        this.path = path;
    }

    /** Takes rows in order; the first is the header. */
    interface RowConsumer {
        /** @return whether more rows are wanted */
        boolean take(long line, List<String> fields) throws InterruptedException;
    }

    void read(RowConsumer consumer) throws InterruptedException {
        try (InputStream input = open();
                CsvReader<CsvRecord> reader = CsvReader.builder()
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .detectBomHeader(true)
                        .maxBufferSize(LONGEST_FIELD)
                        .ofCsvRecord(input)) {
            for (CsvRecord record : reader) {
                if (!consumer.take(record.getStartingLineNumber(), record.getFields())) {
                    return;
                }
            }
        } catch (CsvParseException failure) {
            throw new LauncherException(path + " is not a CSV file: " + failure.getMessage(), failure);
        } catch (IOException | UncheckedIOException failure) {
            throw new LauncherException(path + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    private InputStream open() throws IOException {
        if (!path.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
            return Files.newInputStream(path);
        }
        var archive = new ZipFile(path.toFile());
        try {
            return new ArchivedInput(archive, archive.getInputStream(onlyTable(archive)));
        } catch (IOException | RuntimeException failure) {
            archive.close();
            throw failure;
        }
    }

    private ZipEntry onlyTable(ZipFile archive) {
        var tables = archive.stream()
                .filter(entry -> entry.getName().toLowerCase(Locale.ROOT).endsWith(".csv"))
                .toList();
        if (tables.size() != 1) {
            throw new LauncherException(
                    path + " holds " + tables.size() + " CSV files; unpack it and name the one that is meant");
        }
        return tables.getFirst();
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

    /** Tells files apart by what is in them. */
    String fingerprint() {
        try (InputStream input = Files.newInputStream(path)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[64 * 1024];
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException failure) {
            throw new LauncherException(path + " cannot be read: " + failure.getMessage(), failure);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return String.valueOf(path.getFileName());
    }
}
