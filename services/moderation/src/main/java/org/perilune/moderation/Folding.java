package org.perilune.moderation;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes one of the many ways to write a word. */
final class Folding {
    /**
     * Letters that look like Latin ones, and Latin ones that no decomposition takes apart; after
     * https://www.unicode.org/reports/tr39/#Confusable_Detection, of which these are the common ones.
     */
    private static final Map<Integer, String> ALIKE =
            alike("аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy хx ԁd ԛq ԝw һh ѵv ӏl ɡg ɑa ɩi ʀr"
                    + " αa βb εe ηn ιi κk μm ζz νv οo ρp τt υu χx γy σo ςs ϲc ϳj"
                    + " øo łl đd ħh ŧt ðd þth æae œoe ßss ıi ŋn ᴀa ʙb ᴄc ᴅd ᴇe ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz"
                    + " аa ԍg ոn օo սu հh ցg");

    private Folding() {}

    /**
     * The words of a text, each in lower case, without accents and with Latin letters for those that look so. Where a
     * script has no blanks between words, each character is one: what is looked for is found wherever it stands.
     */
    static List<String> words(String text) {
        String upper = Normalizer.normalize(text, Normalizer.Form.NFKD).toUpperCase(Locale.ROOT);
        String plain = Normalizer.normalize(upper.toLowerCase(Locale.ROOT), Normalizer.Form.NFKD);
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        plain.codePoints().filter(character -> !isUnseen(character)).forEach(character -> {
            if (isUnspaced(character)) {
                flush(word, words);
                words.add(Character.toString(character));
            } else if (Character.isLetterOrDigit(character)
                    || Character.getType(character) == Character.COMBINING_SPACING_MARK) {
                String alike = ALIKE.get(character);
                if (alike == null) {
                    word.appendCodePoint(character);
                } else {
                    word.append(alike);
                }
            } else {
                flush(word, words);
            }
        });
        flush(word, words);
        return words;
    }

    private static boolean isUnspaced(int character) {
        return switch (Character.UnicodeScript.of(character)) {
            case HAN, HIRAGANA, KATAKANA, BOPOMOFO, THAI, LAO, KHMER, MYANMAR ->
                Character.isLetterOrDigit(character)
                        || Character.getType(character) == Character.COMBINING_SPACING_MARK;
            // Makes a vowel long, in Hiragana as in Katakana.
            default -> character == 0x30fc;
        };
    }

    private static void flush(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    /** Accents, and what takes no room on the screen: joiners, soft hyphens, marks of direction, fillers. */
    private static boolean isUnseen(int character) {
        int type = Character.getType(character);
        return type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.FORMAT
                || character == 0x115f
                || character == 0x1160;
    }

    private static Map<Integer, String> alike(String pairs) {
        var map = new HashMap<Integer, String>();
        for (String pair : pairs.split(" ")) {
            int first = pair.codePointAt(0);
            map.put(first, pair.substring(Character.charCount(first)));
        }
        return Map.copyOf(map);
    }
}
