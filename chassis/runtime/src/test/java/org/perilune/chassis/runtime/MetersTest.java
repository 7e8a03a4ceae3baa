package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

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
    void tellsOnceSinceWhenTheProcessRuns() {
        PrometheusMeterRegistry meters = Meters.open();
        assertThat(meters.scrape().lines())
                .filteredOn(line -> line.startsWith("process_start_time_seconds "))
                .hasSize(1);
        assertThat(meters.scrape()).contains("process_uptime_seconds ");
        meters.close();
    }
}
