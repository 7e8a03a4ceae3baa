package org.perilune.embedded.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** Secrets of this home, one file each, made when first asked for. */
public final class Secrets {
    private final Path folder;

    public Secrets(Path folder) throws IOException {
        this.folder = folder;
        Folders.makePrivate(folder);
    }

    /** 256 random bits, in letters, digits, '-' and '_'. */
    public static String random() {
        return random(32);
    }

    /** So many random bytes, in letters, digits, '-' and '_'. */
    public static String random(int bytes) {
        var random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    public String value(String name) throws IOException {
        Path file = file(name);
        if (Files.exists(file)) {
            String value = Files.readString(file, UTF_8).strip();
            if (!value.isEmpty()) {
                return value;
            }
        }
        String value = random();
        Folders.writePrivate(file, value);
        return value;
    }
}
