package org.perilune.launcher.table;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mozilla.universalchardet.UniversalDetector;
import org.perilune.launcher.home.LauncherException;

/**
 * In which characters a file is written: what its byte order mark says, what a person says, or UTF-8. All of it is
 * read once before anything is sent: what does not fit is refused by line and byte, never replaced.
 */
final class TableEncoding {
    private static final int CHUNK = 64 * 1024;

    private TableEncoding() {}

    /** @throws LauncherException if the file is not in that encoding, with a guess at the one it is in */
    static Charset of(TableFile file, @Nullable String wanted) {
        Charset charset = marked(file).orElse(StandardCharsets.UTF_8);
        if (wanted != null) {
            charset = named(wanted);
        }
        check(file, charset);
        return charset;
    }

    private static Charset named(String name) {
        try {
            return Charset.forName(name.strip());
        } catch (IllegalArgumentException unknown) {
            throw new LauncherException(
                    "--encoding wants a name such as UTF-8, windows-1252 or UTF-16; not '" + name + "'", unknown);
        }
    }

    /** By the byte order mark. */
    private static Optional<Charset> marked(TableFile file) {
        byte[] start = start(file, 4);
        if (start.length >= 2 && start[0] == (byte) 0xFE && start[1] == (byte) 0xFF) {
            return Optional.of(StandardCharsets.UTF_16BE);
        }
        if (start.length >= 2 && start[0] == (byte) 0xFF && start[1] == (byte) 0xFE) {
            boolean wide = start.length == 4 && start[2] == 0 && start[3] == 0;
            return Optional.of(wide ? StandardCharsets.UTF_32LE : StandardCharsets.UTF_16LE);
        }
        return Optional.empty();
    }

    private static byte[] start(TableFile file, int bytes) {
        try (InputStream input = file.open()) {
            return input.readNBytes(bytes);
        } catch (IOException failure) {
            throw file.unreadable(failure);
        }
    }

    private static void check(TableFile file, Charset charset) {
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
        CharBuffer characters = CharBuffer.allocate(CHUNK);
        long offset = 0;
        long line = 1;
        try (InputStream input = file.open()) {
            boolean end = false;
            while (!end) {
                int read = input.read(bytes.array(), bytes.position(), bytes.remaining());
                end = read < 0;
                bytes.position(bytes.position() + Math.max(0, read)).flip();
                CoderResult result = decoder.decode(bytes, characters, end);
                characters.flip();
                int nul = -1;
                for (int i = 0; i < characters.length() && nul < 0; i++) {
                    line += characters.get(i) == '\n' ? 1 : 0;
                    nul = characters.get(i) == 0 ? i : -1;
                }
                if (nul >= 0) {
                    throw new LauncherException("%s cannot be used; nothing was sent. Line %,d has a zero character%s"
                            .formatted(file, line, suggestion(file, charset)));
                }
                if (result.isError()) {
                    throw new LauncherException(
                            "%s is not %s; nothing was sent. In line %,d, byte %,d of the file (0x%02X) is no part of a character%s"
                                    .formatted(
                                            file,
                                            charset.name(),
                                            line,
                                            offset + bytes.position() + 1,
                                            bytes.get(bytes.position()),
                                            suggestion(file, charset)));
                }
                offset += bytes.position();
                bytes.compact();
                characters.clear();
            }
        } catch (IOException failure) {
            throw file.unreadable(failure);
        }
    }

    private static String suggestion(TableFile file, Charset tried) {
        String guess = guess(file);
        return tried.name().equalsIgnoreCase(guess)
                ? ""
                : ". It looks like " + guess + "; if so, say --encoding " + guess;
    }

    private static String guess(TableFile file) {
        byte[] start = start(file, CHUNK);
        int zerosAtOdd = 0;
        int zerosAtEven = 0;
        for (int i = 0; i < start.length; i++) {
            if (start[i] == 0) {
                zerosAtOdd += i % 2;
                zerosAtEven += 1 - i % 2;
            }
        }
        if (zerosAtOdd + zerosAtEven > start.length / 8) {
            return zerosAtOdd > zerosAtEven ? "utf-16le" : "utf-16be";
        }
        var detector = new UniversalDetector();
        try (InputStream input = file.open()) {
            byte[] chunk = input.readNBytes(CHUNK);
            while (chunk.length > 0 && !detector.isDone()) {
                detector.handleData(chunk, 0, chunk.length);
                chunk = input.readNBytes(CHUNK);
            }
        } catch (IOException failure) {
            throw file.unreadable(failure);
        }
        detector.dataEnd();
        String found = detector.getDetectedCharset();
        boolean usable =
                found != null && Charset.isSupported(found) && !found.equals("UTF-8") && !found.equals("US-ASCII");
        return usable && isMostlyBeyondAscii(start) ? found.toLowerCase(Locale.ROOT) : "windows-1252";
    }

    /** Of a few letters with accents no language can be told, but the detector names one. */
    private static boolean isMostlyBeyondAscii(byte[] bytes) {
        int beyond = 0;
        int letters = 0;
        for (byte one : bytes) {
            beyond += one < 0 ? 1 : 0;
            letters += Character.isLetter(one) ? 1 : 0;
        }
        return beyond > letters / 2;
    }
}
