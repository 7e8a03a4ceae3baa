package org.perilune.console.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.console.session.Sessions;

/**
 * One browser's stream: whole events of one or more services, and which of them are live. A service ends its stream
 * when the token does; a new one is then opened with a new token, and the browser notices nothing. Safe for threads.
 */
final class LiveStream {
    private static final long RETRY_MILLIS = 1_000;
    private static final long REFUSED_RETRY_MILLIS = 10_000;
    private static final long COMMENT_SECONDS = 10;
    private static final Duration CLOSING = Duration.ofSeconds(2);
    /** An event over this ends its upstream; services have none that comes near. */
    private static final int LONGEST_EVENT = 8 * 1024 * 1024;

    private final String session;
    private final Sessions sessions;
    private final OutputStream out;
    /** Held while one event is written: a browser that reads slowly slows its own services' streams alone. */
    private final ReentrantLock writing = new ReentrantLock();

    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<Thread> readers = new CopyOnWriteArrayList<>();
    private final Set<InputStream> open = ConcurrentHashMap.newKeySet();

    LiveStream(String session, Sessions sessions, OutputStream out) {
        this.session = session;
        this.sessions = sessions;
        this.out = out;
    }

    String session() {
        return session;
    }

    boolean isOf(String someSession) {
        return session.equals(someSession);
    }

    /** @param path of the service's stream, with the devices that are followed */
    void follow(String source, ServiceClient service, String path) {
        readers.add(Threads.start("console-live-" + source, () -> run(source, service, path)));
    }

    void end() {
        ended.countDown();
        open.forEach(LiveStream::closeQuietly);
        readers.forEach(Thread::interrupt);
    }

    /** Tells the time now and then: pages count ages by it, and that is how one learns that the browser left. */
    void awaitEnd() {
        try {
            while (!ended.await(COMMENT_SECONDS, TimeUnit.SECONDS)) {
                tell("clock", "{\"now\":%d}".formatted(System.currentTimeMillis()));
            }
        } catch (IOException gone) {
            // The browser left; that is how streams end.
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** So that nobody writes into an answer that is over. */
    void awaitReaders() {
        // Jetty still has to finish the response on this thread.
        boolean interrupted = Thread.interrupted();
        try {
            for (Thread reader : readers) {
                reader.join(CLOSING);
            }
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isEnded() {
        return ended.getCount() == 0;
    }

    private void run(String source, ServiceClient service, String path) {
        try {
            while (!isEnded()) {
                copyOnce(source, service, path);
            }
        } catch (IOException gone) {
            end();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void copyOnce(String source, ServiceClient service, String path) throws IOException, InterruptedException {
        InputStream stream;
        try {
            stream = service.stream(path, sessions.token(session));
        } catch (ServiceException.Unauthenticated over) {
            say("ended", source);
            end();
            return;
        } catch (ServiceException.Unavailable away) {
            say("away", source);
            Thread.sleep(RETRY_MILLIS);
            return;
        } catch (ServiceException refused) {
            say("away", source);
            Thread.sleep(REFUSED_RETRY_MILLIS);
            return;
        }
        open.add(stream);
        try {
            if (!isEnded()) {
                say("live", source);
                copy(stream);
            }
        } finally {
            open.remove(stream);
            closeQuietly(stream);
        }
    }

    /** What was cut off in the middle of an event is dropped; the page reads anew when the stream is live again. */
    private void copy(InputStream stream) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        int length = 0;
        while (!isEnded()) {
            if (length == buffer.length) {
                if (length >= LONGEST_EVENT) {
                    return;
                }
                buffer = Arrays.copyOf(buffer, length * 2);
            }
            int read;
            try {
                read = stream.read(buffer, length, buffer.length - length);
            } catch (IOException upstreamBroke) {
                return;
            }
            if (read < 0) {
                return;
            }
            int end = endOfEvents(buffer, Math.max(0, length - 1), length + read);
            length += read;
            if (end > 0) {
                write(buffer, end);
                System.arraycopy(buffer, end, buffer, 0, length - end);
                length -= end;
            }
        }
    }

    /** Behind the last empty line; 0 where there is none. */
    private static int endOfEvents(byte[] buffer, int from, int to) {
        for (int i = to - 1; i > from; i--) {
            if (buffer[i] == '\n' && buffer[i - 1] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    private void say(String event, String source) throws IOException {
        tell(event, "{\"source\":\"%s\"}".formatted(source));
    }

    private void tell(String event, String data) throws IOException {
        byte[] bytes = "event: %s\ndata: %s\n\n".formatted(event, data).getBytes(StandardCharsets.UTF_8);
        write(bytes, bytes.length);
    }

    private void write(byte[] bytes, int length) throws IOException {
        writing.lock();
        try {
            if (isEnded()) {
                return;
            }
            out.write(bytes, 0, length);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    private static void closeQuietly(InputStream stream) {
        try {
            stream.close();
        } catch (IOException alreadyBroken) {
            // Nothing is left to close.
        }
    }
}
