package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MetersTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void tellsResidentMemoryByItsUsualName() {
        PrometheusMeterRegistry meters = Meters.open();
        double bytes = meters.scrape()
                .lines()
                .filter(line -> line.startsWith("process_resident_memory_bytes "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .sum();
        meters.close();
        // A JVM that runs tests holds tens of megabytes, not kilobytes and not terabytes.
        assertThat(bytes).isBetween(2e7, 1e11);
    }

    @Test
    void readsTheKernelsForm(@TempDir Path folder) throws Exception {
        Path status = Files.writeString(
                folder.resolve("status"), "Name:\tjava\nVmHWM:\t  999 kB\nVmRSS:\t  123456 kB\nThreads:\t9\n");
        assertThat(ResidentMemory.read(status)).hasValue(123_456 * 1024.0);
    }

    @Test
    void goesWithoutWhereNobodyTells(@TempDir Path folder) throws Exception {
        assertThat(ResidentMemory.read(folder.resolve("none"))).isEmpty();
        assertThat(ResidentMemory.read(Files.writeString(folder.resolve("odd"), "VmRSS: much\n")))
                .isEmpty();
    }
}
