package org.perilune.chassis.client;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;

/** What another service answered instead of what was asked for, as a failure of ours. */
final class Refusals {
    private Refusals() {}

    static ServiceException of(String peer, ServiceClient.Answer answer) {
        String detail = detail(peer, answer);
        return switch (answer.status()) {
            case 400 -> new ServiceException.Malformed(detail, List.of());
            case 401 -> new ServiceException.Unauthenticated(detail);
            case 403 -> new ServiceException.Forbidden(detail);
            case 404 -> new ServiceException.NotFound(detail);
            case 409 -> new ServiceException.Conflict(detail);
            case 422 -> new ServiceException.Invalid("request", detail);
            case 429 -> new ServiceException.TooMany(detail, Duration.ofSeconds(1));
            case 504 -> new ServiceException.Uncertain(detail, null);
            default -> new ServiceException.Unavailable(peer + ": " + detail, null);
        };
    }

    private static String detail(String peer, ServiceClient.Answer answer) {
        try {
            String detail = Json.mapper().readTree(answer.body()).path("detail").asText();
            return detail.isEmpty() ? peer + " answered " + answer.status() : detail;
        } catch (IOException notJson) {
            return peer + " answered " + answer.status();
        }
    }
}
