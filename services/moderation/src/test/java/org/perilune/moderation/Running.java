package org.perilune.moderation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Caller;
import org.perilune.testkit.StandInCrew;
import org.perilune.testkit.TestBroker;

/** A copy of moderation with its backends, and those around it. */
final class Running implements AutoCloseable {
    private final Resources owned = new Resources();
    private final StandInCrew crew;
    private final Map<String, String> settings;
    final CommentsStandIn comments;
    final Service moderation;
    final Caller director;
    final Caller viewer;

    Running(Path home) throws Exception {
        this(home, TestBroker.EMBEDDED);
    }

    Running(Path home, TestBroker broker) throws Exception {
        broker.require();
        crew = owned.add(new StandInCrew());
        EmbeddedBackends backends = owned.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("moderation", "comments"), Store.POSTGRESQL, Store.AMQP),
                sentence -> {}));
        settings = Map.copyOf(broker.settings(backends.settings()));
        comments = owned.add(new CommentsStandIn(Settings.of(settings)));
        moderation = owned.add(copy(Map.of()));
        director = owned.add(caller(moderation, "flight", "flight-director"));
        viewer = owned.add(caller(moderation, "vera", "viewer"));
        awaitReady(viewer);
    }

    Caller caller(Service copy, String name, String role) {
        return new Caller(copy.port(), crew.token(name, role));
    }

    static void awaitReady(Caller caller) {
        await().atMost(CommentsStandIn.TIMEOUT)
                .until(() -> caller.send("GET", "/ready", "").statusCode() == 200);
    }

    Map<String, String> settings() {
        return settings;
    }

    /** One more, to be closed by the caller. */
    Service copy(Map<String, String> differently) {
        var values = new HashMap<>(settings);
        values.put("moderation.http.port", "0");
        values.put("moderation.tokens.keys-url", crew.keysUrl());
        values.putAll(differently);
        return ModerationService.start(ModerationConfig.read(Settings.of(values).at("moderation")), Clock.systemUTC());
    }

    /** @return the new version */
    int rules(String rules) throws Exception {
        int version = director.get("/rules").path("version").asInt();
        HttpResponse<String> answer =
                director.send("PUT", "/rules", "{\"version\":%d,\"rules\":%s}".formatted(version, rules));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Json.mapper().readTree(answer.body()).path("version").asInt())
                .isEqualTo(version + 1);
        return version + 1;
    }

    void modestRules() throws Exception {
        rules("""
                [{"id":"rate","kind":"rate","action":"reject","comments":5,"seconds":60},
                 {"id":"links","kind":"links","action":"hold","maximum":1},
                 {"id":"words","kind":"words","action":"reject","words":["muppet"]}]""");
    }

    @Override
    public void close() {
        owned.close();
    }
}
