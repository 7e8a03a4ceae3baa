package org.perilune.embedded.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler whose answers the test gives. */
final class TestHandler implements InboundHandler {
    private final List<InboundMessage> messages = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<Void>> answers = new CopyOnWriteArrayList<>();
    private volatile boolean immediate;

    /** Answers yes to all from now on, and to all before. */
    void sayYes() {
        immediate = true;
        answers.forEach(answer -> answer.complete(null));
    }

    @Override
    public CompletionStage<Void> take(InboundMessage message) {
        var answer = new CompletableFuture<Void>();
        answers.add(answer);
        messages.add(message);
        if (immediate) {
            answer.complete(null);
        }
        return answer;
    }

    List<InboundMessage> messages() {
        return new ArrayList<>(messages);
    }

    CompletableFuture<Void> answer(int index) {
        return answers.get(index);
    }
}
