package org.perilune.eventbus.api;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.EventTypes;
import org.perilune.eventbus.callback.CallbackAddress;
import org.perilune.eventbus.callback.CallbackHosts;
import org.perilune.eventbus.callback.Signature;
import org.perilune.eventbus.delivery.Subscription;
import org.perilune.eventbus.delivery.SubscriptionStore;
import org.perilune.eventbus.delivery.WebhookDispatcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST}, {@code GET /subscriptions} and {@code DELETE /subscriptions/{id}}. */
public final class SubscriptionRoutes {
    private static final int MOST_TYPES = 100;
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionRoutes.class);

    private final SubscriptionStore store;
    private final CallbackHosts hosts;
    private final WebhookDispatcher webhooks;
    private final Clock clock;

    public SubscriptionRoutes(SubscriptionStore store, CallbackHosts hosts, WebhookDispatcher webhooks, Clock clock) {
        this.store = store;
        this.hosts = hosts;
        this.webhooks = webhooks;
        this.clock = clock;
    }

    private record Input(@Nullable String url, @Nullable List<@Nullable String> types) {}

    public void register(JavalinConfig javalin) {
        javalin.routes.post("/subscriptions", this::create, Access.ADMINISTRATOR);
        javalin.routes.get("/subscriptions", this::list, Access.OPERATOR);
        javalin.routes.delete("/subscriptions/{id}", this::delete, Access.ADMINISTRATOR);
    }

    private void create(Context context) throws InterruptedException {
        Requests.onlyParameters(context, Set.of());
        Input input = Requests.json(context, Input.class);
        if (input.url() == null) {
            throw new ServiceException.Invalid("url", "is missing");
        }
        Set<String> types = types(input.types());
        CallbackAddress address = CallbackAddress.parse(input.url(), hosts.allowed());
        hosts.check(address);
        String by = HttpListener.principal(context).name();
        Subscription made = store.create(Ids.next(clock), address, types, Signature.newSecret(), by, clock.instant());
        LOG.info("A subscription was made [id: {}, host: {}, by: {}]", made.id(), address.host(), by);
        webhooks.wake();
        context.status(201).json(made);
    }

    private static Set<String> types(@Nullable List<@Nullable String> given) {
        if (given == null) {
            throw new ServiceException.Invalid("types", "is missing; [] stands for every type");
        }
        if (given.size() > MOST_TYPES) {
            throw new ServiceException.Invalid("types", "may name " + MOST_TYPES + " types at most; [] stands for all");
        }
        var types = new TreeSet<String>();
        for (String type : given) {
            if (type == null || !EventTypes.isType(type)) {
                throw new ServiceException.Invalid(
                        "types", "must be types of events, such as PostCreated; there are no wildcards");
            }
            types.add(type);
        }
        return types;
    }

    private void list(Context context) {
        Requests.onlyParameters(context, Set.of());
        context.json(Map.of("subscriptions", store.all()));
    }

    private void delete(Context context) {
        Requests.onlyParameters(context, Set.of());
        UUID id = DeadLetterRoutes.id(context.pathParam("id"), "subscription");
        if (!store.delete(id)) {
            throw new ServiceException.NotFound("No subscription has the id " + id);
        }
        LOG.info(
                "A subscription was ended [id: {}, by: {}]",
                id,
                HttpListener.principal(context).name());
        webhooks.wake();
        context.status(204);
    }
}
