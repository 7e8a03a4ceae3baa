package org.perilune.commanddispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseAwayTest {
    private static final int CLIENTS = 8;
    private static final int OUTAGES = 3;

    @Test
    void nothingIsHalfTakenWhileTheDatabaseComesAndGoes(@TempDir Path home) throws Exception {
        Map<String, HttpResponse<String>> answers = new ConcurrentHashMap<>();
        var taken = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var house = new DispatchFixture(home, true)) {
            var over = new AtomicBoolean();
            var sending = new ArrayList<Future<Integer>>();
            try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int number = 0; number < CLIENTS; number++) {
                    int client = number;
                    sending.add(clients.submit(() -> {
                        for (int request = 0; !over.get(); request++) {
                            String key = "client " + client + ", request " + request;
                            HttpResponse<String> answer = house.send(
                                    house.service,
                                    "POST",
                                    "otto",
                                    "/dispatch",
                                    "{\"command_type\":\"SET_REPORT_INTERVAL\",\"parameters\":{\"interval\":5}}",
                                    key);
                            answers.put(key, answer);
                            (answer.statusCode() == 202 ? taken : refused).incrementAndGet();
                        }
                        return client;
                    }));
                }
                for (int outage = 0; outage < OUTAGES; outage++) {
                    int before = taken.get();
                    await().until(() -> taken.get() > before + 50);
                    int refusedBefore = refused.get();
                    house.gate().shut();
                    await().until(() -> refused.get() > refusedBefore + CLIENTS);
                    house.gate().open();
                }
                int before = taken.get();
                await().until(() -> taken.get() > before + 50);
                over.set(true);
                for (Future<Integer> client : sending) {
                    client.get();
                }
            }
            for (var answer : answers.entrySet()) {
                HttpResponse<String> response = answer.getValue();
                long stored = house.count("select count(*) from command c where idempotency_key = '" + answer.getKey()
                        + "' and exists (select from command_history where command_id = c.id)");
                if (response.statusCode() == 202) {
                    assertThat(stored).as(answer.getKey()).isEqualTo(1);
                } else if (response.statusCode() == 504) {
                    assertThat(response.body()).contains("did not say");
                } else {
                    assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
                    assertThat(response.headers().firstValue("Retry-After")).isPresent();
                    assertThat(stored).as(response.body()).isZero();
                }
            }
        }
    }
}
