package org.perilune.launcher.table;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.perilune.launcher.home.LauncherException;

/**
 * How the rows of a file are written.
 *
 * @param quote around text that holds the delimiter
 * @param comments whether lines that begin with '#' are none of the table's
 */
public record TableFormat(Charset charset, char delimiter, char quote, boolean comments) {
    /** A row must not be allowed to fill the memory. */
    private static final int LONGEST_FIELD = 1024 * 1024;

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    /** All rows of the file that are not blank, the header among them. */
    void read(TableFile file, TableRow.Consumer consumer) throws InterruptedException {
        try (Reader text = text(file)) {
            read(text, consumer);
        } catch (CsvParseException failure) {
            String reason = failure.getCause() == null
                    ? "Is a quote not closed?"
                    : String.valueOf(failure.getCause().getMessage());
            throw new LauncherException(
                    "%s is no table with columns separated by %s: %s. %s"
                            .formatted(file, delimiterName(), failure.getMessage(), reason),
                    failure);
        } catch (IOException | UncheckedIOException failure) {
            throw file.unreadable(failure);
        }
    }

    /** Of a part of the file; lines are counted from 1. */
    void read(Reader text, TableRow.Consumer consumer) throws InterruptedException, IOException {
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .fieldSeparator(delimiter)
                .quoteCharacter(quote)
                .commentStrategy(comments ? CommentStrategy.SKIP : CommentStrategy.NONE)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .trimWhitespacesAroundQuotes(true)
                .maxBufferSize(LONGEST_FIELD)
                .ofCsvRecord(text)) {
            for (CsvRecord record : reader) {
                var row = new TableRow(
                        record.getStartingLineNumber(),
                        record.getFields().stream().map(String::strip).toList());
                if (!row.isBlank() && !consumer.take(row)) {
                    return;
                }
            }
        }
    }

    Reader text(TableFile file) throws IOException {
        var text = new BufferedReader(new InputStreamReader(file.open(), charset));
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        return text;
    }

    String delimiterName() {
        return switch (delimiter) {
            case ',' -> "commas";
            case ';' -> "semicolons";
            case '\t' -> "tabs";
            default -> "'" + delimiter + "'";
        };
    }

    List<String> described() {
        var parts = new ArrayList<>(List.of("columns separated by " + delimiterName(), charset.name()));
        if (quote != '"') {
            parts.add("texts in " + quote);
        }
        if (comments) {
            parts.add("lines that begin with # are comments");
        }
        return parts;
    }
}
