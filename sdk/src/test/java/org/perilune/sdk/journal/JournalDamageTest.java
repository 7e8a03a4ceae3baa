package org.perilune.sdk.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a power loss or a disk can do to the files of a journal. */
class JournalDamageTest {
    private static final long LIMIT = 1024 * 1024;

    @TempDir
    Path folder;

    private JournalFiles files() {
        return new JournalFiles(folder);
    }

    @Test
    void cutsATornTailAndKeepsWhatIsWhole() throws Exception {
        try (var journal = files().open(LIMIT)) {
            JournalFiles.append(journal, 1, 10);
        }
        Path segment = files().onlySegment();
        long whole = Files.size(segment);
        Files.write(segment, new byte[] {0, 0, 0, 40, 1, 2, 3, 4, 5}, StandardOpenOption.APPEND);

        try (var journal = files().open(LIMIT)) {
            assertThat(JournalFiles.readAll(journal, journal.cursor())).hasSize(10);
            assertThat(Files.size(segment)).isEqualTo(whole);
        }
    }

    @Test
    void cutsARecordWhoseChecksumIsWrong() throws Exception {
        try (var journal = files().open(LIMIT)) {
            JournalFiles.append(journal, 1, 10);
        }
        byte[] bytes = Files.readAllBytes(files().onlySegment());
        bytes[bytes.length - 1] ^= 1;
        Files.write(files().onlySegment(), bytes);

        try (var journal = files().open(LIMIT)) {
            assertThat(JournalFiles.readAll(journal, journal.cursor())).hasSize(9);
        }
    }

    /** What a disk can do to a file in the middle of a journal: all later frames are stored and let go of all the same. */
    @ParameterizedTest
    @EnumSource(Damage.class)
    void aLostFrameIsDeclaredAndHoldsNothingBack(Damage damage) throws Exception {
        long epoch;
        try (var journal = files().open(LIMIT)) {
            for (int batch = 0; batch < 40; batch++) {
                JournalFiles.append(journal, 1 + batch * 100L, 100);
            }
            epoch = journal.epoch();
        }
        List<Path> files = files().segments();
        assertThat(files).hasSizeGreaterThan(3);
        damage.to(files.get(damage == Damage.HEADER_OF_THE_FIRST ? 0 : 1));

        for (int start = 0; start < 2; start++) {
            try (var journal = files().open(LIMIT)) {
                List<JournalFiles.Read> frames = JournalFiles.readAll(journal, journal.cursor());
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
                        .allMatch(read -> JournalFiles.number(read.frame())
                                == read.frame().getSeq());
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
}
