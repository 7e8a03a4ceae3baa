package org.perilune.console.session;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.perilune.chassis.runtime.ServiceException;

/** Headers on every answer, and who may post: only our own pages, and with a session only with its form token. */
public final class Guard {
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'";

    private final boolean secure;
    private final Optional<URI> publicUrl;
    private final SessionCookie cookie;

    /** @param publicUrl where browsers find the console; empty: at whatever host they ask for */
    public Guard(boolean secure, Optional<URI> publicUrl, SessionCookie cookie) {
        this.secure = secure;
        this.publicUrl = publicUrl;
        this.cookie = cookie;
    }

    public void addTo(JavalinConfig config) {
        config.routes.before(this::headers);
        // Reads the form, so not before the listener has admitted its size.
        config.routes.beforeMatched(this::refuseForged);
    }

    private void headers(Context context) {
        context.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        context.header("Cache-Control", "no-store");
        if (secure && "https".equals(publicUrl.map(URI::getScheme).orElseGet(context::scheme))) {
            context.header("Strict-Transport-Security", "max-age=31536000");
        }
    }

    private void refuseForged(Context context) {
        String method = context.method().name();
        if (method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS")) {
            return;
        }
        if (!fromOurselves(context)) {
            throw new ServiceException.Forbidden("This request did not come from a page of the console");
        }
        Optional<String> session = cookie.session(context);
        boolean logIn = context.path().equals("/login");
        if (session.isPresent() && !logIn) {
            String token = Optional.ofNullable(context.formParam("_form")).orElse("");
            if (!SessionCookie.isFormToken(session.get(), token)) {
                throw new ServiceException.Forbidden("The page is out of date. Load it again and repeat.");
            }
        }
    }

    /** Browsers say where a request comes from; one that says nothing at all is refused. */
    private boolean fromOurselves(Context context) {
        String site = context.header("Sec-Fetch-Site");
        String origin = context.header("Origin");
        if (site != null && !site.equals("same-origin")) {
            return false;
        }
        // Under no-referrer a browser writes "null" as the origin of our own forms.
        if (origin == null || origin.equals("null")) {
            return site != null;
        }
        try {
            URI given = URI.create(origin);
            // A proxy may have changed the host that the browser asked for.
            return publicUrl
                    .map(ours -> ours.getScheme().equals(given.getScheme())
                            && authority(ours).equals(authority(given)))
                    .orElseGet(() -> context.host() != null && context.host().equals(given.getAuthority()));
        } catch (IllegalArgumentException notAnOrigin) {
            return false;
        }
    }

    /** Host and port, with or without the one that the scheme has anyway. */
    private static String authority(URI uri) {
        int usual = "https".equals(uri.getScheme()) ? 443 : 80;
        return (uri.getHost() + ":" + (uri.getPort() < 0 ? usual : uri.getPort())).toLowerCase(Locale.ROOT);
    }
}
