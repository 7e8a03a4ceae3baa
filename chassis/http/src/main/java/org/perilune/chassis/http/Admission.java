package org.perilune.chassis.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.security.RouteRole;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.perilune.chassis.runtime.RateLimiter;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Who may do what, how often, and with how large a body. Whoever shows a token that counts is counted by name, others
 * by the address they come from. Counted in the meter {@code http.refused} by what was too much.
 */
final class Admission {
    private static final String PRINCIPAL = "perilune.principal";
    /** Seconds' worth of requests that may come at once: a page with all that is on it, a script that catches up. */
    private static final int BURST_SECONDS = 10;

    private final TrustedProxies proxies;
    private final Authenticator authenticator;
    private final Rate principals;
    private final Rate addresses;
    private final Counter slowBodies;
    private final Counter largeBodies;
    private final Counter noRoom;

    Admission(HttpConfig config, Authenticator authenticator, MeterRegistry meters) {
        this.proxies = config.proxies();
        this.authenticator = authenticator;
        this.principals = new Rate(config.limits().principalRate(), refused(meters, "principal-rate"));
        this.addresses = new Rate(config.limits().addressRate(), refused(meters, "address-rate"));
        this.slowBodies = refused(meters, "body-slow");
        this.largeBodies = refused(meters, "body-large");
        this.noRoom = refused(meters, "body-room");
    }

    private record Rate(RateLimiter limiter, int perSecond, Counter refused) {
        Rate(int perSecond, Counter refused) {
            this(new RateLimiter(perSecond, perSecond * BURST_SECONDS, System::nanoTime), perSecond, refused);
        }

        void charge(String key, String whose) {
            Optional<Duration> wait = limiter.charge(key);
            if (wait.isPresent()) {
                refused.increment();
                throw new ServiceException.TooMany(
                        "More than %d requests a second came %s; this one was not looked at. Try again a little later"
                                .formatted(perSecond, whose),
                        wait.get());
            }
        }
    }

    private static Counter refused(MeterRegistry meters, String reason) {
        return Counter.builder("http.refused").tag("reason", reason).register(meters);
    }

    void addTo(JavalinConfig javalin) {
        javalin.routes.beforeMatched(this::admit);
        javalin.routes.exception(RequestBodies.Refused.class, (refused, context) -> {
            (refused.status() == 408 ? slowBodies : largeBodies).increment();
            Problems.answer(refused, context);
        });
    }

    /** Who is asking; only in handlers of routes that are not {@link Access#OPEN}. */
    static Principal principal(Context context) {
        Principal principal = context.attribute(PRINCIPAL);
        if (principal == null) {
            throw new IllegalStateException("An open route has no principal");
        }
        return principal;
    }

    private void admit(Context context) throws RequestBodies.Refused {
        Set<RouteRole> roles = context.routeRoles();
        boolean open = roles.contains(Access.OPEN);
        if (open) {
            chargeAddress(context);
        } else {
            admit(context, roles);
        }
        Optional<RequestBodies.Body> body = RequestBodies.of(context.attribute(RequestBodies.attribute()));
        if (body.isPresent()) {
            admit(body.get(), open ? HttpListener.MAX_OPEN_BODY_BYTES : HttpListener.MAX_BODY_BYTES);
        }
    }

    private void admit(RequestBodies.Body body, int longest) throws RequestBodies.Refused {
        try {
            body.admit(longest);
        } catch (ServiceException.Unavailable full) {
            noRoom.increment();
            throw full;
        }
    }

    private void admit(Context context, Set<RouteRole> roles) {
        Principal principal = authenticate(context);
        principals.charge(principal.name(), "from " + principal.name());
        boolean admitted =
                roles.stream().anyMatch(role -> role instanceof Access access && access.admits(principal.role()));
        if (!admitted) {
            throw new ServiceException.Forbidden("%s has the role %s, which may not do this"
                    .formatted(principal.name(), principal.role().wireName()));
        }
        context.attribute(PRINCIPAL, principal);
    }

    private Principal authenticate(Context context) {
        try {
            return authenticator.authenticate(context);
        } catch (ServiceException.Unauthenticated nobody) {
            chargeAddress(context);
            throw nobody;
        }
    }

    /** Trusted proxies are not counted for what they ask themselves: the console renews everybody's tokens. */
    private void chargeAddress(Context context) {
        String origin = ClientAddress.origin(context, proxies);
        if (!proxies.trusts(origin)) {
            addresses.charge(ClientAddress.of(origin).address(), "from your address without a token");
        }
    }
}
