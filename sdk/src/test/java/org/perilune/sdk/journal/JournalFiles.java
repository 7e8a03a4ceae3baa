package org.perilune.sdk.journal;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.perilune.contracts.v1.Frame;

/** A folder with a journal of numbered frames. */
record JournalFiles(Path folder) {
    Journal open(long limit) {
        return Journal.open(folder, limit, Clock.systemUTC());
    }

    static long fill(Journal journal) {
        long number = 0;
        while (true) {
            try {
                append(journal, number + 1, 20);
                number += 20;
            } catch (JournalSpaceException full) {
                return number;
            }
        }
    }

    static void append(Journal journal, long from, int count) {
        var bodies = new ArrayList<byte[]>();
        var bookmarks = new long[count];
        for (int i = 0; i < count; i++) {
            bodies.add(JournalKillMain.body(from + i));
            bookmarks[i] = from + i;
        }
        journal.append(bodies, bookmarks);
    }

    List<Path> segments() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        }
    }

    Path onlySegment() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .reduce((one, other) -> {
                        throw new AssertionError("More than one segment");
                    })
                    .orElseThrow();
        }
    }

    static double number(Frame frame) {
        return frame.getValues(0).getNumber();
    }

    record Read(long epoch, Frame frame) {}

    static List<Read> readAll(Journal journal, Journal.Cursor cursor) throws InvalidProtocolBufferException {
        var read = new ArrayList<Read>();
        for (var batch = journal.next(cursor, 7, 500); batch != null; batch = journal.next(cursor, 7, 500)) {
            for (byte[] frame : batch.frames()) {
                read.add(new Read(batch.epoch(), Frame.parseFrom(frame)));
            }
        }
        return read;
    }
}
