package org.perilune.chassis.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tls.TlsConfig;

/**
 * The connections to one peer, made anew after some minutes. What balances connections rather than requests, such as a
 * Service of Kubernetes with an address of its own, would else leave without load what was added later: connections of a
 * busy client are never idle for so long that they are closed. Safe for threads.
 */
final class Connections implements AutoCloseable {
    static final Duration USED_FOR = Duration.ofMinutes(5);

    private final String name;
    private final URI base;
    private final Duration timeout;
    private final TlsConfig tls;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Generation current;
    /** On the last of these a call may be just about to begin; the others end when what was begun on them has. */
    private final List<HttpClient> former = new ArrayList<>(); // guarded by lock

    private record Generation(HttpClient http, long sinceNanos) {
        boolean isOld(long now) {
            return now - sinceNanos > USED_FOR.toNanos();
        }
    }

    Connections(String name, URI base, Duration timeout, TlsConfig tls) {
        this.name = name;
        this.base = base;
        this.timeout = timeout;
        this.tls = tls;
        this.current = open();
    }

    HttpClient http() {
        if (current.isOld(System.nanoTime()) && lock.tryLock()) {
            try {
                if (current.isOld(System.nanoTime())) {
                    renew();
                }
            } finally {
                lock.unlock();
            }
        }
        return current.http();
    }

    /** What was begun goes on until it ends by itself, such as streams. */
    private void renew() {
        former.removeIf(HttpClient::isTerminated);
        former.forEach(HttpClient::shutdown);
        former.add(current.http());
        current = open();
    }

    private Generation open() {
        HttpClient.Builder http = HttpClients.builder(base, tls)
                .version(HttpClient.Version.HTTP_1_1)
                // So that there is time for another address.
                .connectTimeout(timeout.dividedBy(2))
                .executor(Executors.newThreadPerTaskExecutor(Threads.factory(name + "-client")))
                .followRedirects(HttpClient.Redirect.NEVER);
        if (HttpClients.isTls(base) && Addresses.isNamed(base)) {
            // The certificate is checked against this name, too, where an attempt goes to an address by number.
            var parameters = new SSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(base.getHost())));
            http.sslParameters(parameters);
        }
        return new Generation(http.build(), System.nanoTime());
    }

    @Override
    public void close() {
        lock.lock();
        try {
            former.forEach(HttpClient::shutdownNow);
            current.http().shutdownNow();
        } finally {
            lock.unlock();
        }
    }
}
