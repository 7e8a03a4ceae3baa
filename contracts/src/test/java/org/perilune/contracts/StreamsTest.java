package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamsTest {
    /** Figures are written down: another hash would strand what is under way, and break the order of frames. */
    @Test
    void keepsEveryDeviceInItsPartition() {
        assertThat(Streams.TELEMETRY_PARTITIONS).isEqualTo(4);
        assertThat(Streams.partitionOf("123456789")).isEqualTo((int) (0xE3069283L % 4));
        assertThat(Streams.partitionOf("")).isZero();
    }

    @Test
    void spreadsDevicesEvenly() {
        int devices = 10_000;
        int[] counts = new int[Streams.TELEMETRY_PARTITIONS];
        for (int device = 0; device < devices; device++) {
            counts[Streams.partitionOf("device-" + device)]++;
        }
        int fair = devices / Streams.TELEMETRY_PARTITIONS;
        for (int count : counts) {
            assertThat(count).isBetween(fair * 9 / 10, fair * 11 / 10);
        }
    }

    @Test
    void namesAStreamForEachPartition() {
        assertThat(Streams.telemetryPartitions())
                .hasSize(Streams.TELEMETRY_PARTITIONS)
                .doesNotHaveDuplicates()
                .startsWith("telemetry:0")
                .contains(Streams.telemetry(Streams.partitionOf("eagle")))
                .doesNotContain(Streams.CONNECT, Streams.LAST_WILL, Streams.REJECTS, Streams.POSTED);
    }
}
