package org.perilune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever is called by an alert finds what to do. */
final class RunbooksTest {
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
    private static final Pattern RUNBOOK = Pattern.compile("runbook: docs/runbooks.md#(\\w+)");
    private static final Pattern HEADING = Pattern.compile("(?m)^## (\\w+)$");

    @Test
    void everyAlertHasItsRunbook() throws IOException {
        String rules = Files.readString(Path.of("..", "deploy", "observe", "rules.yml"));
        String runbooks = Files.readString(Path.of("..", "docs", "runbooks.md"));
        List<String> alerts = found(ALERT, rules);
        assertThat(alerts).isNotEmpty().isEqualTo(found(HEADING, runbooks));
        assertThat(found(RUNBOOK, rules))
                .isEqualTo(alerts.stream()
                        .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                        .toList());
        for (String runbook : runbooks.split("(?m)^## ", -1)) {
            if (!runbook.startsWith("#")) {
                assertThat(runbook).contains("**Means**", "**Works**", "**Do**");
            }
        }
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(one -> group(one)).toList();
    }

    private static String group(MatchResult found) {
        return found.group(1);
    }
}
