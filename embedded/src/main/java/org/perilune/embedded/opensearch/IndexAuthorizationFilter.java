package org.perilune.embedded.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestHandler;
import org.opensearch.rest.RestRequest;

/**
 * Stands before OpenSearch, which knows no users: lets a request in if its user and password are a service's, and what
 * it is about is that service's own. Indexes belong to the service whose name, or whose name and '-', they begin with.
 */
final class IndexAuthorizationFilter implements HttpServerTransport.Dispatcher {
    /** About the server; they tell nothing of what is in the indexes. */
    private static final Set<String> COMMON = Set.of("/", "/_cluster/health");

    /** What can be done with an index without touching another, as a clone, a split or an alias's body would. */
    private static final Set<String> ACTIONS = Set.of(
            "_analyze",
            "_bulk",
            "_count",
            "_create",
            "_doc",
            "_flush",
            "_forcemerge",
            "_mapping",
            "_mget",
            "_msearch",
            "_refresh",
            "_search",
            "_settings",
            "_source",
            "_stats",
            "_update");

    private final HttpServerTransport.Dispatcher inside;
    private final SearchUsers users;

    IndexAuthorizationFilter(HttpServerTransport.Dispatcher inside, SearchUsers users) {
        this.inside = inside;
        this.users = users;
    }

    @Override
    public Optional<RestHandler> dispatchHandler(
            String uri, String rawPath, RestRequest.Method method, Map<String, String> parameters) {
        return inside.dispatchHandler(uri, rawPath, method, parameters);
    }

    @Override
    public void dispatchRequest(RestRequest request, RestChannel channel, ThreadContext context) {
        Optional<String> user = users.user(request.header("Authorization"));
        if (user.isEmpty()) {
            channel.sendResponse(refusal(RestStatus.UNAUTHORIZED, "a service's user and password are needed"));
            return;
        }
        if (hasHiddenSlash(request.rawPath()) || !mayUse(user.get(), request.path())) {
            channel.sendResponse(refusal(
                    RestStatus.FORBIDDEN,
                    user.get() + " may use indexes that begin with " + user.get() + "-, by paths that name them"));
            return;
        }
        inside.dispatchRequest(request, channel, context);
    }

    @Override
    public void dispatchBadRequest(RestChannel channel, ThreadContext context, Throwable cause) {
        if (users.user(channel.request().header("Authorization")).isEmpty()) {
            channel.sendResponse(refusal(RestStatus.UNAUTHORIZED, "a service's user and password are needed"));
            return;
        }
        inside.dispatchBadRequest(channel, context, cause);
    }

    /** Where a path is cut before it is decoded, one is no border between an index and what is done with it. */
    private static boolean hasHiddenSlash(String rawPath) {
        return rawPath.toLowerCase(Locale.ROOT).contains("%2f");
    }

    /** @param path decoded */
    static boolean mayUse(String user, String path) {
        if (COMMON.contains(path)) {
            return true;
        }
        List<String> segments = List.of(path.split("/", -1));
        if (!segments.getFirst().isEmpty() || segments.size() < 2) {
            return false;
        }
        boolean own = List.of(segments.get(1).split(",", -1)).stream()
                .allMatch(index -> index.equals(user) || index.startsWith(user + "-"));
        return own && (segments.size() == 2 || ACTIONS.contains(segments.get(2)));
    }

    private static BytesRestResponse refusal(RestStatus status, String reason) {
        String body = """
                {"error":{"type":"security_exception","reason":"%s"},"status":%d}""".formatted(reason, status.getStatus());
        var response = new BytesRestResponse(status, "application/json", body.getBytes(UTF_8));
        if (status == RestStatus.UNAUTHORIZED) {
            response.addHeader("WWW-Authenticate", "Basic realm=\"perilune\", charset=\"UTF-8\"");
        }
        return response;
    }
}
