package org.perilune.launcher.replay;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.launcher.table.TableOptions;

/**
 * What a person says of a recording.
 *
 * @param start when the clock of the file was zero; null: its times are not relative
 * @param columns headers of the values that are wanted; empty: all
 * @param source of the devices whose readings are in the file, the one that is wanted; null: there is one only
 */
record RecordingOptions(
        TableOptions table,
        @Nullable Instant start,
        List<String> columns,
        @Nullable String source) {
    RecordingOptions {
        columns = List.copyOf(columns);
    }

    static RecordingOptions none() {
        return new RecordingOptions(new TableOptions(), null, List.of(), null);
    }

    /** Tells ways of reading the same file apart; empty where nothing is said. */
    String key() {
        return table.key()
                + (start == null ? "" : "start=" + start + "\n")
                + (columns.isEmpty() ? "" : "columns=" + columns + "\n")
                + (source == null ? "" : "source=" + source + "\n");
    }
}
