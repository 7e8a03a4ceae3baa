package org.perilune.console.session;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.perilune.chassis.runtime.ServiceException;

/** The one cookie that matters, and the token that forms carry against forged requests. */
public final class SessionCookie {
    private static final int LONGEST = 512;
    private final String name;
    private final boolean secure;

    public SessionCookie(boolean secure) {
        this.secure = secure;
        // Browsers refuse the prefix without Secure.
        this.name = secure ? "__Host-session" : "session";
    }

    public Optional<String> session(Context context) {
        return Optional.ofNullable(context.cookie(name)).filter(value -> !value.isBlank() && value.length() <= LONGEST);
    }

    public String required(Context context) {
        return session(context).orElseThrow(() -> new ServiceException.Unauthenticated("Log in first"));
    }

    /**
     * Lax, so that a link from elsewhere leads somebody who is logged in to its page. Nothing is changed by such a
     * request: whatever changes something is posted, from our own pages only, with their token; see {@link Guard}.
     */
    public void set(Context context, String session) {
        context.cookie(new Cookie(name, session, "/", -1, secure, true, null, SameSite.LAX));
    }

    public void clear(Context context) {
        context.cookie(new Cookie(name, "", "/", 0, secure, true, null, SameSite.LAX));
    }

    /** Bound to the session and made from it, so that any copy of the console can check it. */
    public static String formToken(String session) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(session.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] token = mac.doFinal("perilune console form".getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every JDK has HmacSHA256", impossible);
        }
    }

    static boolean isFormToken(String session, String token) {
        return MessageDigest.isEqual(
                formToken(session).getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
