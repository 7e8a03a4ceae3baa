package org.perilune.chassis;

import io.javalin.http.Context;

/** Tells who is asking. */
@FunctionalInterface
public interface Authenticator {
    /** @throws ServiceException.Unauthenticated where nobody is known to ask */
    Principal authenticate(Context context);
}
