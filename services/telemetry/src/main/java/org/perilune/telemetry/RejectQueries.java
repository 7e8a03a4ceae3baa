package org.perilune.telemetry;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Base64;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.SqlTimes;

/** {@code GET /rejects}. */
final class RejectQueries {
    private final Jdbi jdbi;

    RejectQueries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    record Rejected(
            String received,
            String device,
            String topic,
            String reason,
            @JsonProperty("payload_base64") String payloadBase64) {}

    record Rejects(long total, List<Rejected> rejects) {}

    /** Newest first. */
    Rejects newest(int limit) {
        return jdbi.withHandle(handle -> new Rejects(
                handle.createQuery("select count(*) from reject")
                        .mapTo(Long.class)
                        .one(),
                handle.createQuery("""
                        select received, device, topic, reason, payload from reject order by id desc limit :limit
                        """)
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
