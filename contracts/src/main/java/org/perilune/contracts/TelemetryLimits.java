package org.perilune.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What telemetry may hold, whichever way it comes: MQTT, HTTP, a file that is replayed, a device made with the SDK. Who
 * takes a reading checks these before saying that it took it; the ground rejects the rest.
 */
public final class TelemetryLimits {
    /** The largest payload of a message, in bytes. */
    public static final int MOST_MESSAGE_BYTES = 256 * 1024;

    /** What a frame needs around it in a message of its own: the message's epoch, the frame's seq, tag and length. */
    private static final int AROUND_FRAME_BYTES = 64;

    /** The largest frame, in bytes: it fits into a message of its own. */
    public static final int MOST_FRAME_BYTES = MOST_MESSAGE_BYTES - AROUND_FRAME_BYTES;

    /** Frames in a message at most. */
    public static final int MOST_FRAMES = 1_000;

    /** Values in a frame at most. */
    public static final int MOST_VALUES = 1_000;

    /** Characters of a value's name at most, as Unicode counts them (code points). */
    public static final int LONGEST_NAME = 64;

    /** Bytes of a text in UTF-8 at most, the status' included. */
    public static final int LONGEST_TEXT_BYTES = 4_096;

    /** Year 1, the least time that can be stored, in microseconds since 1970. */
    public static final long EARLIEST_MICROS = -62_135_596_800_000_000L;

    /** The end of the year 9999. */
    public static final long LATEST_MICROS = 253_402_300_799_999_999L;

    /** What a value may be called: letters of many scripts are written with marks that combine. */
    public static final Pattern VALUE_NAME =
            Pattern.compile("[\\p{L}\\p{Nd}\\p{Mn}\\p{Mc}_.-]{1," + LONGEST_NAME + "}");

    /** The same for people. */
    public static final String NAME_RULE = "1 to " + LONGEST_NAME + " letters or digits of any script, '_', '-' or '.'";

    public static boolean isName(String text) {
        return isPlainName(text) || VALUE_NAME.matcher(text).matches();
    }

    /** As nearly all names are. */
    private static boolean isPlainName(String text) {
        int at = 0;
        while (at < text.length() && isPlain(text.charAt(at))) {
            at++;
        }
        return at == text.length() && at > 0 && at <= LONGEST_NAME;
    }

    /** Whether it is a letter, digit or sign of names in ASCII. */
    static boolean isPlain(int character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '_'
                || character == '-'
                || character == '.';
    }

    /** A text as it is shown in a message: short, and without what could disturb it. */
    public static String shown(String text) {
        var shown = new StringBuilder("'");
        text.codePoints()
                .limit(LONGEST_NAME)
                .map(character -> Character.isISOControl(character) || isSurrogate(character) ? 0xfffd : character)
                .forEach(shown::appendCodePoint);
        return shown.append(text.codePointCount(0, text.length()) > LONGEST_NAME ? "…'" : "'")
                .toString();
    }

    /** Why a text cannot be stored, such as "is longer than 4096 bytes in UTF-8"; null if it can. */
    public static @Nullable String textFault(String text) {
        if (text.indexOf(0) >= 0) {
            return "has a zero character";
        }
        if (hasLoneSurrogate(text)) {
            return "has half of a character (a surrogate alone)";
        }
        // No character takes more than three bytes for each char: mostly there is nothing to encode.
        if (text.length() > LONGEST_TEXT_BYTES / 3 && text.getBytes(UTF_8).length > LONGEST_TEXT_BYTES) {
            return "is longer than " + LONGEST_TEXT_BYTES + " bytes in UTF-8";
        }
        return null;
    }

    /** The text's beginning of at most {@link #LONGEST_TEXT_BYTES}, cut between two characters. */
    public static String cut(String text) {
        int bytes = 0;
        int at = 0;
        while (at < text.length()) {
            int character = text.codePointAt(at);
            bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
            if (bytes > LONGEST_TEXT_BYTES) {
                return text.substring(0, at);
            }
            at += Character.charCount(character);
        }
        return text;
    }

    private static boolean hasLoneSurrogate(String text) {
        // A whole character has a code point beyond the surrogates'.
        return text.codePoints().anyMatch(TelemetryLimits::isSurrogate);
    }

    private static boolean isSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    private TelemetryLimits() {}
}
