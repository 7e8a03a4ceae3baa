package org.perilune.chassis.http;

import io.javalin.http.Context;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/** Ends answers that cannot be finished, so that nobody takes a part for the whole. */
public final class CutOff {
    private CutOff() {}

    /**
     * After a failure: where a part of the answer is out already, closes the connection, which every client reports as a
     * broken answer; where nothing is, what was prepared is dropped, and the failure can be answered.
     *
     * @return whether the connection was closed; nothing can be answered then
     */
    public static boolean ifBegun(Context context) {
        if (context.res().isCommitted()) {
            now(context);
            return true;
        }
        context.res().resetBuffer();
        if (context.res().containsHeader("Content-Disposition")) {
            context.res().setHeader("Content-Disposition", "inline");
        }
        return false;
    }

    /** Closes the connection, whatever is being written to it. On any thread. */
    public static void now(Context context) {
        ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint()
                .close();
    }
}
