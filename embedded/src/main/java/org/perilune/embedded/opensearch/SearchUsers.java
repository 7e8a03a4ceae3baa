package org.perilune.embedded.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Sha256;
import org.perilune.embedded.host.Folders;

/**
 * OpenSearch's users: a file of names and SHA-256 sums of passwords, which are 256 random bits and need no slower hash.
 * OpenSearch makes its plugins by itself and hands them a folder, so that a file is how they learn it. Safe for threads.
 */
final class SearchUsers {
    private static final String FILE = "users";
    private static final String SCHEME = "Basic ";

    private final Map<String, byte[]> sums;

    private SearchUsers(Map<String, byte[]> sums) {
        this.sums = Map.copyOf(sums);
    }

    static void write(Path folder, Map<String, String> passwords) throws IOException {
        var lines = new StringBuilder();
        new TreeMap<>(passwords)
                .forEach((name, password) -> lines.append(name)
                        .append(' ')
                        .append(HexFormat.of().formatHex(Sha256.of(password)))
                        .append('\n'));
        Folders.writePrivate(folder.resolve(FILE), lines.toString());
    }

    static SearchUsers read(Path folder) throws IOException {
        var sums = new HashMap<String, byte[]>();
        for (String line : Files.readAllLines(folder.resolve(FILE))) {
            String[] parts = line.split(" ", 2);
            sums.put(parts[0], HexFormat.of().parseHex(parts[1]));
        }
        return new SearchUsers(sums);
    }

    /** Whose name and password an Authorization header has. */
    Optional<String> user(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        String pair;
        try {
            pair = new String(
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip()), UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        int colon = pair.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String name = pair.substring(0, colon);
        byte[] given = Sha256.of(pair.substring(colon + 1));
        byte[] wanted = sums.get(name);
        // The same work whether or not there is such a user.
        boolean same = MessageDigest.isEqual(given, wanted == null ? Sha256.of("") : wanted);
        return wanted != null && same ? Optional.of(name) : Optional.empty();
    }
}
