package org.perilune.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.perilune.conformance.Perilune.Part;

/** People who write, edit and delete at once, and remember what the log must say in the end. */
final class LogWriters implements AutoCloseable {
    /** Whatever comment has it is rejected. */
    static final String REJECTED_WORD = "blunderbuss";

    private final LogKeeper keeper;
    private final long seed;
    private final Map<String, String> posts = new HashMap<>();
    private final Map<String, String> comments = new HashMap<>();
    private final Map<String, String> postOfComment = new HashMap<>();
    private final List<String> gone = new ArrayList<>();
    private final List<Future<?>> work = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean enough;

    LogWriters(LogKeeper keeper, long seed) {
        this.keeper = keeper;
        this.seed = seed;
    }

    void start(int writers) {
        for (int writer = 0; writer < writers; writer++) {
            int number = writer;
            work.add(threads.submit(() -> write(number)));
        }
    }

    private void write(int writer) {
        var random = new Random(seed + writer);
        for (int i = 0; !enough; i++) {
            String text = "Entry " + writer + "-" + i;
            String post = keeper.post(text);
            remember(posts, post, text);
            int comments = random.nextInt(1, 5);
            for (int j = 0; j < comments && !enough; j++) {
                comment(random, post, text + " comment " + j);
            }
            if (random.nextInt(8) == 0) {
                keeper.edit(Part.POSTS, "/posts/" + post, text + " edited");
                remember(posts, post, text + " edited");
            }
        }
    }

    private void comment(Random random, String post, String about) {
        String text = random.nextInt(6) == 0 ? about + " " + REJECTED_WORD : about;
        String comment = keeper.comment(post, text);
        synchronized (this) {
            comments.put(comment, text);
            postOfComment.put(comment, post);
        }
        switch (random.nextInt(10)) {
            case 0 -> {
                keeper.edit(Part.COMMENTS, "/comments/" + comment, about + " edited");
                remember(comments, comment, about + " edited");
            }
            case 1 -> {
                keeper.delete(Part.COMMENTS, "/comments/" + comment);
                synchronized (this) {
                    comments.remove(comment);
                    gone.add(comment);
                }
            }
            default -> {
                // It stays as it was written.
            }
        }
    }

    private synchronized void remember(Map<String, String> what, String id, String text) {
        what.put(id, text);
    }

    synchronized int written() {
        return posts.size() + comments.size();
    }

    /** Fails where a writer failed. */
    void requireAtWork() throws Exception {
        for (Future<?> each : work) {
            if (each.isDone()) {
                each.get();
            }
        }
    }

    /** Lets everybody finish what is begun. */
    void finish() throws Exception {
        enough = true;
        for (Future<?> each : work) {
            each.get();
        }
    }

    /** Texts by id, once {@link #finish} has returned; so the others. */
    Map<String, String> posts() {
        return Map.copyOf(posts);
    }

    Map<String, String> comments() {
        return Map.copyOf(comments);
    }

    String postOf(String comment) {
        return String.valueOf(postOfComment.get(comment));
    }

    /** Comments that were deleted. */
    List<String> gone() {
        return List.copyOf(gone);
    }

    @Override
    public void close() {
        enough = true;
        threads.shutdownNow();
    }
}
