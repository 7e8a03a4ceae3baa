package org.perilune.sdk.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.contracts.v1.Frame;

class JournalTest {
    private static final long LIMIT = 1024 * 1024;

    @TempDir
    Path folder;

    @Test
    void givesBackEveryFrameInOrderAcrossStarts() throws Exception {
        try (var first = open(LIMIT)) {
            append(first, 1, 300);
        }
        try (var second = open(LIMIT)) {
            append(second, 1000, 5);

            List<Read> frames = readAll(second, second.cursor());
            assertThat(frames).hasSize(305);
            assertThat(frames.subList(0, 300).stream().map(read -> read.frame().getSeq()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 300).boxed().toList());
            assertThat(frames.subList(0, 300))
                    .allMatch(read -> number(read.frame()) == read.frame().getSeq());
            assertThat(frames.subList(300, 305)).allMatch(read -> read.epoch() == second.epoch());
            assertThat(frames.getFirst().epoch()).isLessThan(second.epoch());
        }
    }

    @Test
    void cutsATornTailAndKeepsWhatIsWhole() throws Exception {
        try (var journal = open(LIMIT)) {
            append(journal, 1, 10);
        }
        Path segment = onlySegment();
        long whole = Files.size(segment);
        Files.write(segment, new byte[] {0, 0, 0, 40, 1, 2, 3, 4, 5}, StandardOpenOption.APPEND);

        try (var journal = open(LIMIT)) {
            assertThat(readAll(journal, journal.cursor())).hasSize(10);
            assertThat(Files.size(segment)).isEqualTo(whole);
        }
    }

    @Test
    void cutsARecordWhoseChecksumIsWrong() throws Exception {
        try (var journal = open(LIMIT)) {
            append(journal, 1, 10);
        }
        byte[] bytes = Files.readAllBytes(onlySegment());
        bytes[bytes.length - 1] ^= 1;
        Files.write(onlySegment(), bytes);

        try (var journal = open(LIMIT)) {
            assertThat(readAll(journal, journal.cursor())).hasSize(9);
        }
    }

    /** What a disk can do to a file in the middle of a journal: all later frames are stored and let go of all the same. */
    @ParameterizedTest
    @EnumSource(Damage.class)
    void aLostFrameIsDeclaredAndHoldsNothingBack(Damage damage) throws Exception {
        long epoch;
        try (var journal = open(LIMIT)) {
            for (int batch = 0; batch < 40; batch++) {
                append(journal, 1 + batch * 100L, 100);
            }
            epoch = journal.epoch();
        }
        List<Path> files = segments();
        assertThat(files).hasSizeGreaterThan(3);
        damage.to(files.get(damage == Damage.HEADER_OF_THE_FIRST ? 0 : 1));

        for (int start = 0; start < 2; start++) {
            try (var journal = open(LIMIT)) {
                List<Read> frames = readAll(journal, journal.cursor());
                assertThat(frames)
                        .extracting(read -> read.frame().getSeq())
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(1, 4000).boxed().toList());
                var lost = frames.stream()
                        .filter(read -> read.frame().getStatus().equals(JournalRepair.LOST))
                        .toList();
                assertThat(lost).isNotEmpty().allMatch(read -> read.frame().getTimeMicros() > 0);
                assertThat(frames)
                        .filteredOn(read -> !lost.contains(read))
                        .hasSize(4000 - lost.size())
                        .allMatch(read -> number(read.frame()) == read.frame().getSeq());
                if (start == 1) {
                    assertThat(journal.settle(epoch, 4000)).isTrue();
                    assertThat(journal.unsettledFrames()).isZero();
                }
            }
        }
    }

    enum Damage {
        FIRST_RECORD {
            @Override
            void to(Path file) throws IOException {
                flip(file, SegmentFormat.HEADER_BYTES + SegmentFormat.RECORD_OVERHEAD_BYTES);
            }
        },
        A_RECORD_IN_THE_MIDDLE {
            @Override
            void to(Path file) throws IOException {
                flip(file, Files.size(file) / 2);
            }
        },
        THE_END {
            @Override
            void to(Path file) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
            }
        },
        HEADER {
            @Override
            void to(Path file) throws IOException {
                flip(file, 5);
            }
        },
        HEADER_OF_THE_FIRST {
            @Override
            void to(Path file) throws IOException {
                flip(file, 5);
            }
        },
        THE_WHOLE_FILE {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
            }
        };

        abstract void to(Path file) throws IOException;

        private static void flip(Path file, long at) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            bytes[Math.toIntExact(at)] ^= 0x10;
            Files.write(file, bytes);
        }
    }

    @Test
    void refusesWhatDoesNotFitAndKeepsTheOldest() throws Exception {
        try (var journal = open(256 * 1024)) {
            long taken = fill(journal);

            assertThat(readAll(journal, journal.cursor()).getFirst().frame().getSeq())
                    .isEqualTo(1);
            assertThat(journal.unsettledFrames()).isEqualTo(taken);
            assertThat(journal.bytes()).isLessThanOrEqualTo(256 * 1024);

            journal.settle(journal.epoch(), taken);
            append(journal, taken + 1, 10);
            assertThat(journal.lastSeq()).isEqualTo(taken + 10);
            assertThat(readAll(journal, journal.cursor())).hasSize(10);
        }
    }

    @Test
    void trimsOnlyWhatIsSettled() throws Exception {
        try (var journal = open(256 * 1024)) {
            long taken = fill(journal);
            journal.settle(journal.epoch(), taken / 2);

            List<Read> left = readAll(journal, journal.cursor());
            assertThat(left.getFirst().frame().getSeq()).isEqualTo(taken / 2 + 1);
            assertThat(left).hasSize((int) (taken - taken / 2));
            assertThat(journal.bytes()).isLessThan(200 * 1024);

            journal.settle(journal.epoch() + 1, 5);
            journal.settle(journal.epoch(), 3);
            assertThat(journal.storedUpto()).isEqualTo(taken / 2);
        }
    }

    @Test
    void ignoresAWatermarkBeyondWhatWasWritten() throws Exception {
        try (var journal = open(LIMIT)) {
            append(journal, 1, 3);
            journal.settle(journal.epoch(), 1_000_000);
            append(journal, 4, 2);

            assertThat(journal.storedUpto()).isEqualTo(3);
            assertThat(readAll(journal, journal.cursor())).hasSize(2);
        }
    }

    @Test
    void remembersTheBookmarkWhenItsFrameIsLongGone() throws Exception {
        try (var journal = open(LIMIT)) {
            append(journal, 1, 7);
            journal.settle(journal.epoch(), 7);
        }
        for (int start = 0; start < 2; start++) {
            try (var journal = open(LIMIT)) {
                assertThat(journal.bookmark()).isEqualTo(7);
                assertThat(journal.unsettledFrames()).isZero();
            }
        }
    }

    @Test
    void everyStartHasAGreaterEpochEvenOnAnEmptyDisk() {
        var past = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), java.time.ZoneOffset.UTC);
        long first;
        try (var journal = Journal.open(folder.resolve("old"), LIMIT, past)) {
            first = journal.epoch();
        }
        long second;
        try (var journal = Journal.open(folder.resolve("old"), LIMIT, past)) {
            second = journal.epoch();
        }
        try (var journal = open(LIMIT)) {
            assertThat(List.of(first, second, journal.epoch())).isSorted();
            assertThat(first).isPositive().isNotEqualTo(second);
        }
    }

    @Test
    void aSecondDeviceIsRefusedTheFolder() {
        var first = open(LIMIT);
        assertThatThrownBy(() -> open(LIMIT))
                .isInstanceOf(JournalAccessException.class)
                .hasMessageContaining("in use");
        first.close();
        open(LIMIT).close();
    }

    @Test
    void aClosedJournalSaysSo() {
        var journal = open(LIMIT);
        journal.close();
        assertThatThrownBy(() -> append(journal, 1, 1)).isInstanceOf(JournalAccessException.class);
    }

    @Test
    void concurrentReportersGetDistinctSeqsWithoutHoles() throws Exception {
        try (var journal = open(LIMIT);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var seqs = new ArrayList<Future<Long>>();
            for (int i = 0; i < 500; i++) {
                int number = i;
                seqs.add(threads.submit(
                        () -> journal.append(List.of(JournalKillMain.body(number)), new long[] {number})));
            }
            var taken = new ArrayList<Long>();
            for (Future<Long> seq : seqs) {
                taken.add(seq.get());
            }
            assertThat(taken)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, 500).boxed().toList());
        }
    }

    @Test
    void anInterruptedReporterDoesNotHarmTheJournal() throws Exception {
        try (var journal = open(LIMIT)) {
            Thread.currentThread().interrupt();
            append(journal, 1, 1);
            assertThat(Thread.interrupted()).isTrue();
            append(journal, 2, 1);
            assertThat(readAll(journal, journal.cursor())).hasSize(2);
        }
    }

    private Journal open(long limit) {
        return Journal.open(folder, limit, Clock.systemUTC());
    }

    private long fill(Journal journal) {
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

    private static void append(Journal journal, long from, int count) {
        var bodies = new ArrayList<byte[]>();
        var bookmarks = new long[count];
        for (int i = 0; i < count; i++) {
            bodies.add(JournalKillMain.body(from + i));
            bookmarks[i] = from + i;
        }
        journal.append(bodies, bookmarks);
    }

    private List<Path> segments() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        }
    }

    private Path onlySegment() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .reduce((one, other) -> {
                        throw new AssertionError("More than one segment");
                    })
                    .orElseThrow();
        }
    }

    private static double number(Frame frame) {
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
