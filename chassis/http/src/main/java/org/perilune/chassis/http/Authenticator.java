package org.perilune.chassis.http;

import io.javalin.http.Context;
import org.perilune.chassis.runtime.ServiceException;

/** Tells who is asking. */
@FunctionalInterface
public interface Authenticator {
    /** @throws ServiceException.Unauthenticated where nobody is known to ask */
    Principal authenticate(Context context);
}
