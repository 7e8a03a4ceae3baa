package org.perilune.telemetry.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;

/** {@code GET /rejects}. */
public final class RejectQueries {
    private final Jdbi jdbi;

    public RejectQueries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    record Rejected(
            String received,
            String device,
            String topic,
            String reason,
            @JsonProperty("payload_base64") String payloadBase64) {}

    public record Rejects(long total, List<Rejected> rejects) {}

    private static final String WANTED =
            " from reject where (:device::text is null or device = :device) and received >= :from ";

    /**
     * Newest first.
     *
     * @param device null: of all devices
     * @param from when they were received at the earliest
     */
    public Rejects newest(@Nullable String device, Instant from, int limit) {
        OffsetDateTime earliest = from.atOffset(ZoneOffset.UTC);
        return jdbi.withHandle(handle -> new Rejects(
                handle.createQuery("select count(*)" + WANTED)
                        .bind("device", device)
                        .bind("from", earliest)
                        .mapTo(Long.class)
                        .one(),
                handle.createQuery("select received, device, topic, reason, payload" + WANTED
                                + "order by id desc limit :limit")
                        .bind("device", device)
                        .bind("from", earliest)
                        .bind("limit", limit)
                        .map((result, context) -> new Rejected(
                                SqlTimes.instant(result, 1).toString(),
                                result.getString(2),
                                result.getString(3),
                                result.getString(4),
                                Base64.getEncoder().encodeToString(result.getBytes(5))))
                        .list()));
    }
}
