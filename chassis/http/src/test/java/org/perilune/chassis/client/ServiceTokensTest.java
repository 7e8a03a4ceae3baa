package org.perilune.chassis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Secret;

class ServiceTokensTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);
    private volatile boolean away;
    private volatile boolean hangs;
    private volatile Instant now = Instant.parse("2026-11-30T08:00:00Z");
    private HttpServer crew;
    private ServiceTokens tokens;

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    @BeforeEach
    void open() throws IOException {
        crew = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        crew.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        crew.createContext("/tokens", exchange -> {
            int number = asked.incrementAndGet();
            if (hangs) {
                try {
                    release.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            byte[] answer = "{\"access_token\":\"t%d\",\"expires_in\":300,\"new\":1}"
                    .formatted(number)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(away ? 503 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        crew.start();
        URI address = URI.create("http://127.0.0.1:" + crew.getAddress().getPort());
        tokens = ServiceTokens.open(
                new Peers(new SimpleMeterRegistry()),
                "timeline",
                new Secret("a secret of some length"),
                address,
                clock);
    }

    @AfterEach
    void close() {
        release.countDown();
        tokens.close();
        crew.stop(0);
    }

    @Test
    void keepsATokenThatStillHoldsWhenItsRenewalFails() {
        assertThat(tokens.token()).contains("t1");
        away = true;
        now = now.plusSeconds(250);
        assertThat(tokens.token()).contains("t1");
        assertThat(tokens.token()).contains("t1");
        assertThat(asked).as("asked again only after a pause").hasValue(2);
        now = now.plusSeconds(60);
        assertThatThrownBy(tokens::token).isInstanceOf(ServiceException.Unavailable.class);
        away = false;
        assertThat(tokens.token()).contains("t4");
    }

    @Test
    void letsNobodyWaitForARenewalWhileTheOldTokenHolds() throws Exception {
        assertThat(tokens.token()).contains("t1");
        hangs = true;
        now = now.plusSeconds(250);
        var renewing = CompletableFuture.supplyAsync(tokens::token, Thread::startVirtualThread);
        await().until(() -> asked.get() == 2);
        assertThat(tokens.token()).contains("t1");
        assertThat(renewing).isNotDone();
        release.countDown();
        assertThat(renewing.get(10, TimeUnit.SECONDS)).contains("t2");
        assertThat(tokens.token()).contains("t2");
    }
}
