package org.perilune.launcher.table;

import java.util.List;

/**
 * @param line of the file, from 1
 * @param fields as written, stripped
 */
public record TableRow(long line, List<String> fields) {
    boolean isBlank() {
        return fields.stream().allMatch(String::isEmpty);
    }

    /** Takes rows in order. */
    public interface Consumer {
        /** @return whether more rows are wanted */
        boolean take(TableRow row) throws InterruptedException;
    }
}
