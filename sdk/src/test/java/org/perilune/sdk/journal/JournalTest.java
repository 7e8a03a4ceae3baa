package org.perilune.sdk.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal on a disk that works. */
class JournalTest {
    private static final long LIMIT = 1024 * 1024;

    @TempDir
    Path folder;

    private JournalFiles files() {
        return new JournalFiles(folder);
    }

    @Test
    void givesBackEveryFrameInOrderAcrossStarts() throws Exception {
        try (var first = files().open(LIMIT)) {
            JournalFiles.append(first, 1, 300);
        }
        try (var second = files().open(LIMIT)) {
            JournalFiles.append(second, 1000, 5);

            List<JournalFiles.Read> frames = JournalFiles.readAll(second, second.cursor());
            assertThat(frames).hasSize(305);
            assertThat(frames.subList(0, 300).stream().map(read -> read.frame().getSeq()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 300).boxed().toList());
            assertThat(frames.subList(0, 300))
                    .allMatch(read ->
                            JournalFiles.number(read.frame()) == read.frame().getSeq());
            assertThat(frames.subList(300, 305)).allMatch(read -> read.epoch() == second.epoch());
            assertThat(frames.getFirst().epoch()).isLessThan(second.epoch());
        }
    }

    @Test
    void refusesWhatDoesNotFitAndKeepsTheOldest() throws Exception {
        try (var journal = files().open(256 * 1024)) {
            long taken = JournalFiles.fill(journal);

            assertThat(JournalFiles.readAll(journal, journal.cursor())
                            .getFirst()
                            .frame()
                            .getSeq())
                    .isEqualTo(1);
            assertThat(journal.unsettledFrames()).isEqualTo(taken);
            assertThat(journal.bytes()).isLessThanOrEqualTo(256 * 1024);

            journal.settle(journal.epoch(), taken);
            JournalFiles.append(journal, taken + 1, 10);
            assertThat(journal.lastSeq()).isEqualTo(taken + 10);
            assertThat(JournalFiles.readAll(journal, journal.cursor())).hasSize(10);
        }
    }

    @Test
    void trimsOnlyWhatIsSettled() throws Exception {
        try (var journal = files().open(256 * 1024)) {
            long taken = JournalFiles.fill(journal);
            journal.settle(journal.epoch(), taken / 2);

            List<JournalFiles.Read> left = JournalFiles.readAll(journal, journal.cursor());
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
        try (var journal = files().open(LIMIT)) {
            JournalFiles.append(journal, 1, 3);
            journal.settle(journal.epoch(), 1_000_000);
            JournalFiles.append(journal, 4, 2);

            assertThat(journal.storedUpto()).isEqualTo(3);
            assertThat(JournalFiles.readAll(journal, journal.cursor())).hasSize(2);
        }
    }

    @Test
    void remembersTheBookmarkWhenItsFrameIsLongGone() throws Exception {
        try (var journal = files().open(LIMIT)) {
            JournalFiles.append(journal, 1, 7);
            journal.settle(journal.epoch(), 7);
        }
        for (int start = 0; start < 2; start++) {
            try (var journal = files().open(LIMIT)) {
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
        try (var journal = files().open(LIMIT)) {
            assertThat(List.of(first, second, journal.epoch())).isSorted();
            assertThat(first).isPositive().isNotEqualTo(second);
        }
    }

    @Test
    void aSecondDeviceIsRefusedTheFolder() {
        var first = files().open(LIMIT);
        assertThatThrownBy(() -> files().open(LIMIT))
                .isInstanceOf(JournalAccessException.class)
                .hasMessageContaining("in use");
        first.close();
        files().open(LIMIT).close();
    }

    @Test
    void aClosedJournalSaysSo() {
        var journal = files().open(LIMIT);
        journal.close();
        assertThatThrownBy(() -> JournalFiles.append(journal, 1, 1)).isInstanceOf(JournalAccessException.class);
    }

    @Test
    void concurrentReportersGetDistinctSeqsWithoutHoles() throws Exception {
        try (var journal = files().open(LIMIT);
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
        try (var journal = files().open(LIMIT)) {
            Thread.currentThread().interrupt();
            JournalFiles.append(journal, 1, 1);
            assertThat(Thread.interrupted()).isTrue();
            JournalFiles.append(journal, 2, 1);
            assertThat(JournalFiles.readAll(journal, journal.cursor())).hasSize(2);
        }
    }
}
