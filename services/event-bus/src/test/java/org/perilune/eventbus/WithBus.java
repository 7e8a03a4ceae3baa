package org.perilune.eventbus;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.perilune.testkit.TestBroker;

/** Tests of one event-bus, with each broker that is here. */
@ParameterizedClass
@EnumSource(TestBroker.class)
public abstract class WithBus {
    protected static BusFixture fixture;

    @TempDir
    static Path home;

    /** Each test has a type of its own. */
    protected final String type = "T" + UUID.randomUUID().toString().replace("-", "");

    @BeforeParameterizedClassInvocation
    static void start(TestBroker broker) throws Exception {
        fixture = new BusFixture(home, broker, Map.of());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        fixture.close();
    }

    protected static HttpResponse<String> post(String path, String body) throws Exception {
        return fixture.operator().send("POST", path, body);
    }

    protected static JsonNode get(String path) throws Exception {
        return fixture.operator().get(path);
    }

    protected final JsonNode events() throws Exception {
        return get("/events?type=" + type).path("events");
    }
}
