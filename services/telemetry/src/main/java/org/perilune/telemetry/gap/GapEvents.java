package org.perilune.telemetry.gap;

import static org.perilune.contracts.Activity.Type.TELEMETRY_GAP_FILLED;
import static org.perilune.contracts.Activity.Type.TELEMETRY_GAP_FOUND;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.Activity;
import org.perilune.contracts.Topology;

/** What is published of gaps. */
final class GapEvents {
    private GapEvents() {}

    /** @param epoch and the seqs are texts: they have 64 bits */
    private record Data(
            @JsonUnwrapped Activity activity,
            String epoch,
            @JsonProperty("seq_from") String seqFrom,
            @JsonProperty("seq_to") String seqTo,
            long missing,
            @Nullable Instant since) {}

    static CloudEvent found(Gap gap, Instant at) {
        String are = gap.missing() == 1 ? "frame of %s is missing%s" : "frames of %s are missing%s";
        String since = gap.since() == null ? " from the beginning of its journal" : since(gap.since(), at);
        return event(TELEMETRY_GAP_FOUND, gap, at, gap.missing() + " " + are.formatted(gap.device(), since));
    }

    static CloudEvent filled(Gap gap, Instant at) {
        String since = gap.since() == null ? "" : since(gap.since(), at);
        String summary = gap.missing() == 1
                ? "The frame of %s that was missing%s has come".formatted(gap.device(), since)
                : "The %d frames of %s that were missing%s have come".formatted(gap.missing(), gap.device(), since);
        return event(TELEMETRY_GAP_FILLED, gap, at, summary);
    }

    /** The time alone where it is of today. */
    private static String since(Instant since, Instant at) {
        Instant second = since.truncatedTo(ChronoUnit.SECONDS);
        boolean today = second.atOffset(ZoneOffset.UTC)
                .toLocalDate()
                .equals(at.atOffset(ZoneOffset.UTC).toLocalDate());
        String text = second.toString();
        return " since " + (today ? text.substring(text.indexOf('T') + 1) : text);
    }

    private static CloudEvent event(String type, Gap gap, Instant at, String summary) {
        var activity = new Activity(at, gap.device(), null, gap.id().toString(), summary);
        var data = new Data(
                activity,
                Long.toString(gap.epoch()),
                Long.toString(gap.seqFrom()),
                Long.toString(gap.seqTo()),
                gap.missing(),
                gap.since());
        return CloudEvent.of(Topology.TELEMETRY.name(), type, gap.device(), at, data, Optional.empty());
    }
}
