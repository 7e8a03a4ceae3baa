package org.perilune.eventbus.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as it is answered.
 *
 * @param types empty for every type
 * @param waiting events of its types that it has not taken, up to {@link SubscriptionStore#MOST_COUNTED}
 * @param secret only in the answer to whoever made it
 */
public record Subscription(
        UUID id,
        String url,
        List<String> types,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("created_by") String createdBy,
        String state,
        long waiting,
        long delivered,
        @JsonProperty("last_status") @Nullable Integer lastStatus,
        @JsonProperty("last_error") @Nullable String lastError,
        @JsonProperty("retry_at") @Nullable Instant retryAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String secret) {
    static final String ACTIVE = "active";
    static final String FAILING = "failing";

    public Subscription {
        types = List.copyOf(types);
    }
}
