package org.perilune.launcher.table;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.perilune.launcher.home.LauncherException;
import picocli.CommandLine.Option;

/** What a person may say of a table where it does not explain itself. Unset: found in the file. */
public final class TableOptions {
    @Option(names = "--encoding", paramLabel = "E", description = "Such as windows-1252; else UTF-8, or by the mark")
    @Nullable
    String encoding;

    @Option(names = "--delimiter", paramLabel = "D", description = "One character, or tab; else found")
    @Nullable
    String delimiter;

    @Option(names = "--decimal", paramLabel = "SIGN", description = "Of all numbers: . or ,; else found by column")
    @Nullable
    public String decimal;

    @Option(
            names = "--time-column",
            paramLabel = "C",
            description = "Header of the time; else guessed. Twice where date and time of day are in two columns")
    public List<String> timeColumns = List.of();

    @Option(
            names = "--time-format",
            paramLabel = "F",
            description = {
                "seconds, millis, micros or nanos (since 1970, or since --start), excel (days of a spreadsheet), dmy or"
                        + " mdy (which of 01/02/2026 is the day), or a pattern such as \"dd-MM-yyyy HH.mm\"; else found"
            })
    @Nullable
    String timeFormat;

    @Option(
            names = "--zone",
            paramLabel = "Z",
            description = "Of times that name none, such as Europe/Berlin; else UTC")
    @Nullable
    String zone;

    ZoneId zoneId() {
        try {
            return zone == null ? ZoneOffset.UTC : ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            throw new LauncherException(
                    "--zone wants a zone such as Europe/Berlin or +02:00; not '" + zone + "'", unknown);
        }
    }

    /** 0: to be found. */
    char delimiterCharacter() {
        if (delimiter == null) {
            return 0;
        }
        return switch (delimiter.toLowerCase(Locale.ROOT)) {
            case "tab", "\\t" -> '\t';
            case String one when one.length() == 1 -> one.charAt(0);
            default -> throw new LauncherException("--delimiter wants one character, or tab; not '" + delimiter + "'");
        };
    }

    /** 0: to be found. */
    public char decimalSign() {
        if (decimal == null) {
            return 0;
        }
        if (decimal.equals(".") || decimal.equals(",")) {
            return decimal.charAt(0);
        }
        throw new LauncherException("--decimal wants . or ,; not '" + decimal + "'");
    }

    /** What a person gave as the start of a file's clock. */
    public static @Nullable Instant start(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return TimeText.parse(text.strip(), TimeText.Order.NONE)
                .flatMap(start -> start.instant(ZoneOffset.UTC))
                .orElseThrow(() -> new LauncherException(
                        "--start wants an instant such as 2026-11-21T12:00:00Z; not '" + text + "'"));
    }

    /** Tells ways of reading the same file apart; empty where nothing is said. */
    public String key() {
        var said = new StringBuilder();
        String[] each = {encoding, delimiter, decimal, timeFormat, zone};
        for (int i = 0; i < each.length; i++) {
            if (each[i] != null) {
                said.append(i).append('=').append(each[i]).append('\n');
            }
        }
        timeColumns.forEach(column -> said.append("t=").append(column).append('\n'));
        return said.toString();
    }
}
