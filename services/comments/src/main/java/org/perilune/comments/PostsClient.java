package org.perilune.comments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.contracts.Topology;
import org.perilune.flightlog.References;

/** Asks posts. Safe for threads. */
final class PostsClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** It asks others in turn, up to four seconds. */
    private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(5);

    private final ServiceClient posts;
    private final ServiceClient checks;
    private final ServiceTokens tokens;

    PostsClient(URI posts, TlsConfig tls, ServiceTokens tokens) {
        this.posts = ServiceClient.open(Topology.POSTS.name(), posts, TIMEOUT, tls);
        this.checks = ServiceClient.open(Topology.POSTS.name(), posts, CHECK_TIMEOUT, tls);
        this.tokens = tokens;
    }

    /** An entry that there is or was. */
    record Found(long revision, boolean deleted) {}

    /**
     * @throws ServiceException.NotFound where there never was one
     * @throws ServiceException.Unavailable where posts does not say
     */
    Found find(UUID post) {
        ServiceClient.Answer answer;
        try {
            answer = posts.exchange("GET", "/posts/" + post, tokens.token(), Optional.empty());
        } catch (ServiceException failure) {
            throw away(post, failure);
        }
        return switch (answer.status()) {
            case 200 -> new Found(answer.as(JsonNode.class).path("revision").asLong(), false);
            // For good: no event of it that comes late is newer.
            case 410 -> new Found(Long.MAX_VALUE, true);
            case 404 -> throw new ServiceException.NotFound("No entry has the id " + post);
            default -> throw away(post, null);
        };
    }

    private static ServiceException.Unavailable away(UUID post, @Nullable ServiceException failure) {
        return new ServiceException.Unavailable(
                "Whether there is an entry " + post
                        + " cannot be told while posts is away. Nothing was stored; try again shortly.",
                failure);
    }

    /**
     * Returns where what the references point to is there, or nobody can tell.
     *
     * @param token of whoever gives them
     * @throws ServiceException.Invalid with each that points to nothing
     */
    void check(List<Reference> references, String token) {
        if (references.isEmpty()) {
            return;
        }
        ObjectNode body = Json.mapper().createObjectNode();
        body.set(References.FIELD, Json.mapper().valueToTree(references));
        ServiceClient.Answer answer;
        try {
            answer = checks.exchange("POST", "/references/check", Optional.of(token), Optional.of(Json.bytes(body)));
        } catch (ServiceException.Unavailable away) {
            return;
        }
        if (answer.status() == 422) {
            throw faults(answer.as(JsonNode.class));
        }
    }

    private static ServiceException.Invalid faults(JsonNode problem) {
        List<ServiceException.Fault> faults = problem.path("errors")
                .valueStream()
                .map(fault -> new ServiceException.Fault(
                        fault.path("field").asText(), fault.path("detail").asText()))
                .toList();
        return new ServiceException.Invalid(problem.path("detail").asText(), faults);
    }

    @Override
    public void close() {
        try (posts) {
            checks.close();
        }
    }
}
