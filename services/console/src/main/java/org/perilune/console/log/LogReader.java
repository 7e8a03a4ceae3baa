package org.perilune.console.log;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Reads the flight log for one person. query gives nobody the text of a comment that is not approved; whoever may read
 * it gets it from comments, and does without where comments is away. Safe for threads.
 */
final class LogReader {
    /** What query gives with an entry. */
    static final int FIRST_COMMENTS = 50;
    /** More of one entry's comments are not shown in one page. */
    static final int MOST_COMMENTS = 500;

    private static final int PAGE = 20;
    private final ServiceClient query;
    private final ServiceClient comments;

    LogReader(ServiceClient query, ServiceClient comments) {
        this.query = query;
        this.comments = comments;
    }

    /** @throws ServiceException.Unavailable where query is away */
    LogEntry.Page page(@Nullable String cursor, LogEntry.Viewer viewer, String token) {
        String path = "/posts?limit=" + PAGE + (cursor == null ? "" : "&cursor=" + encoded(cursor));
        var page = query.get(path, Optional.of(token), LogEntry.Page.class);
        var texts = new TextValidation(viewer, token);
        return new LogEntry.Page(page.posts().stream().map(texts::complete).toList(), page.next());
    }

    /**
     * @param wanted how many comments at most
     * @throws ServiceException.NotFound where there is none
     */
    LogEntry entry(String id, int wanted, LogEntry.Viewer viewer, String token) {
        var entry = query.get("/posts/" + id, Optional.of(token), LogEntry.class);
        var shown = new ArrayList<>(entry.shownComments());
        String next = entry.commentsNext();
        while (next != null && shown.size() < Math.min(wanted, MOST_COMMENTS)) {
            String path = "/posts/" + id + "/comments?limit=" + FIRST_COMMENTS + "&cursor=" + encoded(next);
            var page = query.get(path, Optional.of(token), LogEntry.Comments.class);
            shown.addAll(page.comments());
            next = page.next();
        }
        return new TextValidation(viewer, token).complete(entry.withComments(shown, next));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** For one page: when comments has not answered once, it is not asked again. */
    private final class TextValidation {
        private final LogEntry.Viewer viewer;
        private final String token;
        private boolean away;

        private TextValidation(LogEntry.Viewer viewer, String token) {
            this.viewer = viewer;
            this.token = token;
        }

        private LogEntry complete(LogEntry entry) {
            Set<String> wanted = entry.shownComments().stream()
                    .filter(one -> one.text() == null && viewer.mayRead(one))
                    .map(LogEntry.Comment::id)
                    .collect(Collectors.toSet());
            if (wanted.isEmpty() || away) {
                return entry;
            }
            Map<String, LogEntry.Comment> found = read(entry.id(), wanted);
            List<LogEntry.Comment> filled = entry.shownComments().stream()
                    .map(one -> Optional.ofNullable(found.get(one.id()))
                            .map(one::withTextOf)
                            .orElse(one))
                    .toList();
            return entry.withComments(filled, entry.commentsNext());
        }

        private Map<String, LogEntry.Comment> read(String post, Set<String> wanted) {
            var found = new HashMap<String, LogEntry.Comment>();
            String next = "";
            try {
                for (int read = 0; next != null && read < MOST_COMMENTS; read += 100) {
                    String path = "/posts/" + post + "/comments?limit=100"
                            + (next.isEmpty() ? "" : "&cursor=" + encoded(next));
                    var page = comments.get(path, Optional.of(token), LogEntry.Comments.class);
                    page.comments().stream()
                            .filter(one -> wanted.contains(one.id()))
                            .forEach(one -> found.put(one.id(), one));
                    next = found.size() == wanted.size() ? null : page.next();
                }
            } catch (ServiceException.Unavailable | ServiceException.NotFound | ServiceException.Malformed noAnswer) {
                away = true;
            }
            return found;
        }
    }
}
