package org.perilune.launcher.table;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.perilune.launcher.home.LauncherException;

/** Finds out how a table is written from its first lines. What a person says wins. */
public final class TableSniffer {
    private static final int SAMPLE_CHARACTERS = 1024 * 1024;
    private static final int ROWS_LOOKED_INTO = 50;
    private static final List<Character> DELIMITERS = List.of(',', ';', '\t', '|');
    private static final Pattern EXCEL_HINT = Pattern.compile("(?i)^\"?sep=(.)\"?\\R");
    private static final Pattern IN_SINGLE_QUOTES = Pattern.compile("'[^'\"]*'([,;\\t|]'[^'\"]*')+\\R?");

    private final TableFile file;
    private final TableOptions options;
    private final List<String> notes = new ArrayList<>();

    private TableSniffer(TableFile file, TableOptions options) {
        this.file = file;
        this.options = options;
    }

    /** @throws LauncherException if the file holds no table, or is not in the encoding that it seems to be in */
    public static TableLayout layout(TableFile file, TableOptions options) throws InterruptedException {
        TableLayout layout = new TableSniffer(file, options).layout();
        return InfluxTable.isOne(layout.header()) ? InfluxTable.layout(layout) : layout;
    }

    /**
     * @param width columns of most rows
     * @param share of the rows that have so many
     * @param known share of the first cells that are numbers or times
     */
    private record Candidate(TableFormat format, int width, double share, double known, List<TableRow> rows) {
        boolean betterThan(Candidate other) {
            if ((width > 1) != (other.width > 1)) {
                return width > 1;
            }
            int order = Double.compare(share, other.share);
            order = order == 0 ? Double.compare(known, other.known) : order;
            return order > 0 || (order == 0 && width > other.width);
        }
    }

    private TableLayout layout() throws InterruptedException {
        Charset charset = TableEncoding.of(file, options.encoding);
        String text = start(charset);
        if (text.isBlank()) {
            throw new LauncherException(file + " is empty");
        }
        var hint = EXCEL_HINT.matcher(text);
        char wanted = options.delimiterCharacter();
        long after = 0;
        if (hint.find()) {
            after = 1;
            wanted = wanted == 0 ? hint.group(1).charAt(0) : wanted;
        }
        boolean comments = text.lines().anyMatch(TableSniffer::isComment);
        char quote = text.lines()
                        .limit(1)
                        .anyMatch(line -> IN_SINGLE_QUOTES.matcher(line).matches())
                ? '\''
                : '"';
        Candidate best = null;
        for (char delimiter : wanted == 0 ? DELIMITERS : List.of(wanted)) {
            Candidate candidate = candidate(new TableFormat(charset, delimiter, quote, comments), text, after);
            best = best == null || candidate.betterThan(best) ? candidate : best;
        }
        if (best == null || best.rows().isEmpty()) {
            throw new LauncherException(file + " holds no rows");
        }
        if (best.width() < 2) {
            throw new LauncherException(file
                    + " has one column only; if its columns are separated by something else than , ; | or tabs,"
                    + " say it with --delimiter");
        }
        return layout(best, text);
    }

    /** '#' may also be the first column's name. */
    private static boolean isComment(String line) {
        return line.startsWith("#") && !(line.length() > 1 && DELIMITERS.contains(line.charAt(1)));
    }

    private String start(Charset charset) {
        var buffer = new char[SAMPLE_CHARACTERS];
        int filled = 0;
        try (Reader reader = new TableFormat(charset, ',', '"', false).text(file)) {
            for (int read = reader.read(buffer); read > 0; read = reader.read(buffer, filled, buffer.length - filled)) {
                filled += read;
            }
        } catch (IOException failure) {
            throw file.unreadable(failure);
        }
        if (filled < buffer.length) {
            return new String(buffer, 0, filled);
        }
        String text = new String(buffer);
        int end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
        return end > 0 ? text.substring(0, end + 1) : text;
    }

    private static Candidate candidate(TableFormat format, String text, long behindLine) throws InterruptedException {
        var rows = new ArrayList<TableRow>();
        try {
            format.read(new StringReader(text), row -> {
                if (row.line() > behindLine) {
                    rows.add(row);
                }
                return rows.size() <= TableLayout.SAMPLE_ROWS;
            });
        } catch (IOException | RuntimeException endsWithinAField) {
            // What was read before is enough to compare by; reading the file says what is wrong, with its line.
        }
        Map<Integer, Integer> widths = new HashMap<>();
        rows.forEach(row -> widths.merge(row.fields().size(), 1, Integer::sum));
        int width = widths.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(0);
        double share = rows.isEmpty() ? 0 : widths.getOrDefault(width, 0) / (double) rows.size();
        return new Candidate(format, width, share, known(rows), rows);
    }

    private static double known(List<TableRow> rows) {
        List<String> cells = rows.stream()
                .limit(ROWS_LOOKED_INTO)
                .flatMap(row -> row.fields().stream())
                .toList();
        return cells.stream().filter(TableSniffer::isData).count() / (double) Math.max(1, cells.size());
    }

    private TableLayout layout(Candidate best, String text) {
        List<TableRow> rows = best.rows();
        int at = IntStream.range(0, rows.size())
                .filter(i -> rows.get(i).fields().size() >= best.width()
                        && rows.get(i).fields().stream()
                                                .filter(name -> !name.isEmpty())
                                                .count()
                                        * 2
                                > best.width())
                .findFirst()
                .orElse(0);
        TableRow first = rows.get(at);
        if (at > 0) {
            notes.add("What stands before line %,d is not of the table and is left out".formatted(first.line()));
        }
        if (!isData(first)) {
            return new TableLayout(
                    file, best.format(), first.line(), first.fields(), rows.subList(at + 1, rows.size()), notes, null);
        }
        List<String> header = commentedHeader(best, text, first);
        return new TableLayout(file, best.format(), 0, header, rows.subList(at, rows.size()), notes, null);
    }

    /** Without a header the first row is like the others: numbers and times. */
    private static boolean isData(TableRow row) {
        return row.fields().stream().filter(cell -> !cell.isEmpty()).allMatch(TableSniffer::isData);
    }

    private static boolean isData(String cell) {
        return NumberText.isNumber(cell)
                || NumberText.isMissing(cell)
                || TimeText.parse(cell, TimeText.Order.DAY_FIRST).isPresent()
                || TimeText.parse(cell, TimeText.Order.MONTH_FIRST).isPresent();
    }

    /** Some programs write the header as a comment. */
    private List<String> commentedHeader(Candidate best, String text, TableRow first) {
        int width = first.fields().size();
        List<String> names = text.lines()
                .takeWhile(line -> isComment(line) || line.isBlank())
                .filter(TableSniffer::isComment)
                .map(line -> List.of(line.substring(1)
                        .split(Pattern.quote(String.valueOf(best.format().delimiter())), -1)))
                .filter(fields -> fields.size() == width)
                .reduce((earlier, later) -> later)
                .orElse(List.of());
        if (!names.isEmpty()) {
            notes.add("The header is taken from the comment before line %,d".formatted(first.line()));
            return names.stream().map(String::strip).toList();
        }
        notes.add("There is no header; the columns are called column_1 to column_" + width);
        return IntStream.rangeClosed(1, width).mapToObj(i -> "column_" + i).toList();
    }
}
