package org.perilune.moderation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds whole words, or several in a row, case, accents and look-alikes aside. Safe for threads. */
final class WordList {
    /** One word of the list, as it was given and as it is looked for. */
    private record Entry(String word, List<String> parts) {}

    private final Map<String, List<Entry>> byFirst;

    private WordList(Map<String, List<Entry>> byFirst) {
        this.byFirst = Map.copyOf(byFirst);
    }

    static WordList of(List<String> words) {
        var byFirst = new HashMap<String, List<Entry>>();
        for (String word : words) {
            List<String> parts = Folding.words(word);
            if (!parts.isEmpty()) {
                byFirst.computeIfAbsent(parts.getFirst(), _ -> new ArrayList<>())
                        .add(new Entry(word, parts));
            }
        }
        return new WordList(byFirst);
    }

    /** The word of the list that comes first in the text. */
    Optional<String> first(String text) {
        if (byFirst.isEmpty()) {
            return Optional.empty();
        }
        List<String> words = Folding.words(text);
        for (int place = 0; place < words.size(); place++) {
            for (Entry entry : byFirst.getOrDefault(words.get(place), List.of())) {
                int end = place + entry.parts().size();
                if (end <= words.size() && words.subList(place, end).equals(entry.parts())) {
                    return Optional.of(entry.word());
                }
            }
        }
        return Optional.empty();
    }
}
