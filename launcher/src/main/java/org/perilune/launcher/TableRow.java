package org.perilune.launcher;

import java.util.List;

/**
 * @param line of the file, from 1
 * @param fields as written, stripped
 */
record TableRow(long line, List<String> fields) {
    boolean isBlank() {
        return fields.stream().allMatch(String::isEmpty);
    }

    /** Takes rows in order. */
    interface Consumer {
        /** @return whether more rows are wanted */
        boolean take(TableRow row) throws InterruptedException;
    }
}
