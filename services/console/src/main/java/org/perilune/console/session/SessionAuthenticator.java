package org.perilune.console.session;

import io.javalin.http.Context;
import org.perilune.chassis.http.Authenticator;
import org.perilune.chassis.http.Principal;

/** Who is asking, by the session cookie. */
public final class SessionAuthenticator implements Authenticator {
    private final Sessions sessions;
    private final SessionCookie cookie;

    public SessionAuthenticator(Sessions sessions, SessionCookie cookie) {
        this.sessions = sessions;
        this.cookie = cookie;
    }

    @Override
    public Principal authenticate(Context context) {
        Sessions.Access access = sessions.access(cookie.required(context), Use.isOne(context));
        return new Principal(access.name(), access.role(), access.expires());
    }
}
