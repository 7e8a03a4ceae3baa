package org.perilune.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;
import org.perilune.bench.report.BenchException;

/** One GET, or one of several at random, again and again over kept connections, each of a virtual thread. */
public final class HttpLoad {
    private final int port;
    private final List<byte[]> requests;

    /** @param seconds from the first request to the last answer */
    public record Result(Histogram micros, double seconds) {
        public double perSecond() {
            return micros.getTotalCount() / seconds;
        }
    }

    public HttpLoad(int port, String pathAndQuery, String token) {
        this(port, List.of(pathAndQuery), token);
    }

    public HttpLoad(int port, List<String> pathsAndQueries, String token) {
        this.port = port;
        this.requests = pathsAndQueries.stream()
                .map(path -> HttpConnection.get(path, token))
                .toList();
    }

    public Result run(int connections, Duration length) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + length.toNanos();
        var all = new Histogram(3);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<Callable<Histogram>>();
            for (int connection = 0; connection < connections; connection++) {
                tasks.add(() -> ask(end));
            }
            for (Future<Histogram> task : executor.invokeAll(tasks)) {
                all.add(task.get());
            }
        } catch (ExecutionException failure) {
            throw new BenchException("A request failed: " + failure.getCause(), failure);
        }
        return new Result(all, (System.nanoTime() - start) / 1e9);
    }

    private Histogram ask(long end) throws IOException {
        var micros = new Histogram(3);
        var random = ThreadLocalRandom.current();
        try (var connection = new HttpConnection(port)) {
            for (long now = System.nanoTime(); now - end < 0; ) {
                connection.exchange(requests.get(random.nextInt(requests.size())), 200);
                long answered = System.nanoTime();
                micros.recordValue((answered - now) / 1000);
                now = answered;
            }
        }
        return micros;
    }
}
