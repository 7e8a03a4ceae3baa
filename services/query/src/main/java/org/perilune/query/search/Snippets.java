package org.perilune.query.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/** Shows where something was found: up to two pieces of the text as it was written, with what was found between ‹ and ›. */
final class Snippets {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}\\p{M}]+");
    private static final int LENGTH = 160;
    private static final int BEFORE = 50;
    private static final int MOST_PIECES = 2;

    private final Map<String, String> stems;
    private final List<List<String>> wanted;

    /** @param stem without what grammar adds, as in {@code wanted} */
    private record Word(int start, int end, String stem) {}

    private record Stem(String word, String stem) {}

    private record Mark(int start, int end) {}

    private Snippets(Map<String, String> stems, List<List<String>> wanted) {
        this.stems = stems;
        this.wanted = wanted;
    }

    /** @param texts that snippets will be made of */
    static Snippets of(Handle handle, SearchTerms terms, List<String> texts) {
        Set<String> words = new HashSet<>();
        terms.wanted().forEach(term -> words.addAll(List.of(term.split(" +"))));
        texts.forEach(text -> WORD.matcher(text).results().forEach(word -> words.add(FoldedText.of(word.group()))));
        Map<String, String> stems = new HashMap<>();
        handle.createQuery(
                        "select word, coalesce((ts_lexize('log_stem', word))[1], word) from unnest(:words) as asked (word)")
                .bindArray("words", String.class, (Object[]) words.toArray(String[]::new))
                .map((row, context) -> new Stem(row.getString(1), row.getString(2)))
                .forEach(stem -> stems.put(stem.word, stem.stem));
        List<List<String>> wanted = terms.wanted().stream()
                .map(term -> List.of(term.split(" +")).stream()
                        .map(word -> stems.getOrDefault(word, word))
                        .toList())
                .toList();
        return new Snippets(stems, wanted);
    }

    String of(String text) {
        String shown = text.replace('‹', '<').replace('›', '>');
        List<Mark> marks = marks(shown);
        var snippet = new StringBuilder();
        int from = 0;
        for (int piece = 0; piece < MOST_PIECES && from < shown.length(); piece++) {
            int least = from;
            Mark first = marks.stream()
                    .filter(mark -> mark.start >= least)
                    .findFirst()
                    .orElse(null);
            if (first == null && piece > 0) {
                break;
            }
            int start = first == null || shown.length() - from <= LENGTH
                    ? from
                    : begin(shown, Math.max(from, first.start - BEFORE), first.start, from);
            int end = end(shown, start, first == null ? start : first.end);
            snippet.append(start > from ? (snippet.isEmpty() ? "… " : " … ") : "");
            append(snippet, shown, start, end, marks);
            from = end;
        }
        return (from < shown.length() ? snippet.append(" …") : snippet).toString();
    }

    private List<Mark> marks(String text) {
        var words = new ArrayList<Word>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            String folded = FoldedText.of(matcher.group());
            words.add(new Word(matcher.start(), matcher.end(), stems.getOrDefault(folded, folded)));
        }
        var marks = new ArrayList<Mark>();
        int place = 0;
        while (place < words.size()) {
            int length = found(words, place);
            if (length > 0) {
                marks.add(new Mark(words.get(place).start, words.get(place + length - 1).end));
            }
            place += Math.max(1, length);
        }
        return marks;
    }

    /** How many words from there on are one of the terms; 0 where none is. */
    private int found(List<Word> words, int place) {
        int longest = 0;
        for (List<String> term : wanted) {
            int end = place + term.size();
            if (term.size() > longest
                    && end <= words.size()
                    && words.subList(place, end).stream()
                            .map(Word::stem)
                            .toList()
                            .equals(term)) {
                longest = term.size();
            }
        }
        return longest;
    }

    /** After a blank, if there is one on the way to what was found. */
    private static int begin(String text, int wish, int latest, int least) {
        if (wish == least) {
            return wish;
        }
        for (int place = wish; place < latest; place++) {
            if (Character.isWhitespace(text.charAt(place))) {
                return place + 1;
            }
        }
        return latest;
    }

    /** At a blank, if there is one after what was found; never within a character. */
    private static int end(String text, int start, int least) {
        int wish = Math.max(start + LENGTH, least);
        if (wish >= text.length()) {
            return text.length();
        }
        for (int place = wish; place > least; place--) {
            if (Character.isWhitespace(text.charAt(place))) {
                return place;
            }
        }
        return Character.isLowSurrogate(text.charAt(wish)) ? wish + 1 : wish;
    }

    private static void append(StringBuilder snippet, String text, int start, int end, List<Mark> marks) {
        int place = start;
        for (Mark mark : marks) {
            if (mark.start >= place && mark.end <= end) {
                snippet.append(text, place, mark.start)
                        .append('‹')
                        .append(text, mark.start, mark.end)
                        .append('›');
                place = mark.end;
            }
        }
        snippet.append(text, place, end);
    }
}
