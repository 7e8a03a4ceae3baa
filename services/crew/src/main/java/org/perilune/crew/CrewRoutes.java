package org.perilune.crew;

import static org.perilune.chassis.http.Access.ADMINISTRATOR;
import static org.perilune.chassis.http.Access.OPEN;
import static org.perilune.chassis.http.Access.VIEWER;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.ClientAddress;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Role;

/** crew's interface; {@code docs/api.md} describes it. */
final class CrewRoutes {
    private final CrewConfig config;
    private final KeyRing keys;
    private final TokenIssuer tokens;
    private final LogIn logIn;
    private final SessionStore sessions;
    private final People people;
    private final PersonStore store;
    private final GuessLimiter limiter;
    private final RevocationFeed revocations;
    private final Programs programs;

    CrewRoutes(
            CrewConfig config,
            KeyRing keys,
            TokenIssuer tokens,
            LogIn logIn,
            SessionStore sessions,
            People people,
            PersonStore store,
            GuessLimiter limiter,
            RevocationFeed revocations) {
        this.config = config;
        this.keys = keys;
        this.tokens = tokens;
        this.logIn = logIn;
        this.sessions = sessions;
        this.people = people;
        this.store = store;
        this.limiter = limiter;
        this.revocations = revocations;
        this.programs = new Programs(config);
    }

    void addTo(JavalinConfig javalin) {
        // Whoever waits there would hold up the end.
        javalin.events.serverStopping(revocations::close);
        javalin.routes.get("/revocations", strict(revocations::serve, "known"), OPEN);
        javalin.routes.get("/keys", strict(this::keys), OPEN);
        javalin.routes.post("/sessions", strict(this::openSession), OPEN);
        javalin.routes.post("/sessions/token", strict(this::sessionToken), OPEN);
        javalin.routes.post("/sessions/end", strict(this::endSession), OPEN);
        javalin.routes.post("/tokens", strict(this::programToken), OPEN);
        javalin.routes.get("/people", strict(this::allPeople), VIEWER);
        javalin.routes.post("/people", strict(this::addPerson), ADMINISTRATOR);
        javalin.routes.patch("/people/{name}", strict(this::changePerson), ADMINISTRATOR);
    }

    /** A query parameter that was meant for another must not be passed over. */
    private static Handler strict(Handler handler, String... parameters) {
        var known = Set.of(parameters);
        return context -> {
            Requests.onlyParameters(context, known);
            handler.handle(context);
        };
    }

    private record Credentials(
            @Nullable String name, @Nullable String password) {}

    private record SessionSecret(@Nullable String session) {}

    /** @param used whether its person did something; false where only an open page asks. True where it is absent */
    private record SessionUse(
            @Nullable String session, @Nullable Boolean used) {}

    private record Program(
            @Nullable String client,
            @Nullable String secret,
            @Nullable String role) {}

    private record NewPerson(
            @Nullable String name,
            @Nullable String password,
            @Nullable String role) {}

    private record PersonChange(
            @Nullable String password,
            @Nullable String role,
            @Nullable Boolean disabled) {}

    private record SessionAnswer(
            String session,
            @JsonProperty("session_id") String sessionId,
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("expires_in") long expiresIn,
            String name,
            String role) {}

    private record TokenAnswer(
            @JsonProperty("session_id") String sessionId,
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("expires_in") long expiresIn,
            String name,
            String role) {}

    private record ProgramAnswer(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("expires_in") long expiresIn) {}

    private record PersonAnswer(String name, String role, Instant created, boolean disabled) {
        static PersonAnswer of(Person person) {
            return new PersonAnswer(person.name(), person.role().wireName(), person.created(), person.disabled());
        }
    }

    private void keys(Context context) {
        keys.signing();
        context.json(keys.published().toJSONObject(true));
    }

    private void openSession(Context context) {
        Credentials given = Requests.json(context, Credentials.class);
        LogIn.Opened opened = logIn.logIn(
                required("name", given.name()),
                required("password", given.password()),
                ClientAddress.of(context, config.http().proxies()));
        Person person = opened.person();
        String token = tokens.issue(person.name(), person.role(), opened.session());
        secretAnswer(context.status(201))
                .json(new SessionAnswer(
                        opened.secret(),
                        opened.session(),
                        token,
                        TokenIssuer.LIFE.toSeconds(),
                        person.name(),
                        person.role().wireName()));
    }

    private void sessionToken(Context context) {
        SessionUse given = Requests.json(context, SessionUse.class);
        boolean used = !Boolean.FALSE.equals(given.used());
        SessionStore.Holder holder = sessions.holder(required("session", given.session()), used)
                .orElseThrow(() -> new ServiceException.Unauthenticated("The session has ended; log in again"));
        String token = tokens.issue(holder.name(), holder.role(), holder.session());
        secretAnswer(context)
                .json(new TokenAnswer(
                        holder.session(),
                        token,
                        TokenIssuer.LIFE.toSeconds(),
                        holder.name(),
                        holder.role().wireName()));
    }

    private void endSession(Context context) {
        SessionSecret given = Requests.json(context, SessionSecret.class);
        sessions.end(required("session", given.session()));
        context.status(204);
    }

    private void programToken(Context context) {
        Program given = Requests.json(context, Program.class);
        String client = required("client", given.client());
        String secret = required("secret", given.secret());
        Optional<Programs.Program> named = programs.named(client);
        // Not among people's names, which have no ':'. What was sent is not kept unless it is a client's name.
        GuessLimiter.Try charged = limiter.begin(
                named.isPresent() ? "program:" + client : GuessLimiter.NOBODY,
                ClientAddress.of(context, config.http().proxies()));
        Programs.Program program = named.filter(
                        known -> Digests.same(secret, known.secret().reveal()))
                .orElseThrow(() -> new ServiceException.Unauthenticated("The client or its secret is wrong"));
        charged.succeeded();
        Role role = given.role() == null ? program.most() : role(given.role());
        if (!program.most().includes(role)) {
            throw new ServiceException.Forbidden("%s may be %s at most"
                    .formatted(program.subject(), program.most().wireName()));
        }
        secretAnswer(context)
                .json(new ProgramAnswer(tokens.issue(program.subject(), role, null), TokenIssuer.LIFE.toSeconds()));
    }

    private void allPeople(Context context) {
        List<PersonAnswer> all = store.all().stream().map(PersonAnswer::of).toList();
        context.json(Map.of("people", all));
    }

    private void addPerson(Context context) {
        NewPerson given = Requests.json(context, NewPerson.class);
        Person person = people.add(
                required("name", given.name()),
                required("password", given.password()),
                role(required("role", given.role())),
                HttpListener.principal(context).name());
        context.status(201).json(PersonAnswer.of(person));
    }

    private void changePerson(Context context) {
        PersonChange given = Requests.json(context, PersonChange.class);
        String name = context.pathParam("name");
        people.change(
                name,
                Optional.ofNullable(given.password()),
                Optional.ofNullable(given.role()).map(CrewRoutes::role),
                Optional.ofNullable(given.disabled()),
                HttpListener.principal(context).name());
        context.json(PersonAnswer.of(store.byName(PersonName.normalise(name))
                .orElseThrow(() -> new ServiceException.NotFound("There is no person of that name"))));
    }

    private static Context secretAnswer(Context context) {
        return context.header("Cache-Control", "no-store");
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw new ServiceException.Invalid(field, "is missing");
        }
        return value;
    }

    private static Role role(String wireName) {
        return Role.ofWireName(wireName)
                .orElseThrow(() -> new ServiceException.Invalid(
                        "role", "must be viewer, operator, flight-director or administrator"));
    }
}
