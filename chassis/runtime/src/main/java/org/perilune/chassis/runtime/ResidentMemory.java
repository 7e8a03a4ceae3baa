package org.perilune.chassis.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The memory this process holds, heap and all, as {@code process_resident_memory_bytes}. Only Linux tells it in a file;
 * elsewhere there is no such meter.
 */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LINE = "VmRSS:";
    private static final int BYTES_PER_KIBIBYTE = 1024;

    private ResidentMemory() {}

    static void bindTo(MeterRegistry meters) {
        if (read(STATUS).isEmpty()) {
            return;
        }
        Gauge.builder("process.resident.memory", () -> read(STATUS).orElse(Double.NaN))
                .baseUnit("bytes")
                .description("Memory of the whole process, the JVM's own included")
                .register(meters);
    }

    /** Form of the file: proc_pid_status(5), {@code VmRSS:     123456 kB}. */
    static OptionalDouble read(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(LINE))
                    .map(line -> line.substring(LINE.length()).replace("kB", "").strip())
                    .mapToDouble(kibibytes -> Double.parseDouble(kibibytes) * BYTES_PER_KIBIBYTE)
                    .findFirst();
        } catch (IOException | RuntimeException notLinux) {
            return OptionalDouble.empty();
        }
    }
}
