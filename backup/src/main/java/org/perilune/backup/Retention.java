package org.perilune.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Which backups stay: the newest so many, and those that are not older than so many days; what either keeps, stays.
 *
 * @param newest 0: their number keeps none
 * @param days 0: their age keeps none
 */
public record Retention(int newest, int days) {
    /** Where nothing is said everything stays. */
    boolean keepsAll() {
        return newest == 0 && days == 0;
    }

    /**
     * @param complete oldest first
     * @return those that go; never the newest of all
     */
    List<Manifest> superfluous(List<Manifest> complete, Instant now) {
        if (keepsAll()) {
            return List.of();
        }
        int byNumber = Math.max(1, newest);
        Instant oldest = now.minus(Duration.ofDays(days));
        return complete.subList(0, Math.max(0, complete.size() - byNumber)).stream()
                .filter(backup -> days == 0 || backup.started().isBefore(oldest))
                .toList();
    }
}
