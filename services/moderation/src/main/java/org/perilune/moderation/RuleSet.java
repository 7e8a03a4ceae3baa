package org.perilune.moderation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.FlightLog.Status;

/** A version of the rules. Safe for threads. */
record RuleSet(
        int version,
        @JsonProperty("changed_at") Instant changedAt,
        @JsonProperty("changed_by") String changedBy,
        List<Rule> rules) {
    RuleSet {
        rules = List.copyOf(rules);
    }

    /**
     * What rules say.
     *
     * @param rule null where none objected
     */
    record Result(
            Status status, @Nullable String rule, @Nullable String reason) {
        private static final Result APPROVED = new Result(Status.APPROVED, null, null);
    }

    Result judge(String text, Rates rates) {
        return judge(rules, text, rates);
    }

    /** The first rule that objects decides. */
    static Result judge(List<Rule> rules, String text, Rates rates) {
        Written written = Written.of(text);
        for (Rule rule : rules) {
            Optional<String> objection = rule.objection(written, rates);
            if (objection.isPresent()) {
                return new Result(rule.action().status(), rule.id(), objection.get());
            }
        }
        return Result.APPROVED;
    }
}
