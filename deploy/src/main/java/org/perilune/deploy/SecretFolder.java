package org.perilune.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** A folder of secrets, one file each, which nobody but the account of the containers may read. */
final class SecretFolder {
    private static final int BYTES = 24;

    private final Path folder;
    private final int user;

    /** @param user account of the containers; files are given to it where this process may do so */
    SecretFolder(Path folder, int user) throws IOException {
        this.folder = folder;
        this.user = user;
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    /** Makes it of random letters, digits and signs where there is none. */
    String value(String name) throws IOException {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
            String value = Files.readString(file).strip();
            if (!value.isEmpty()) {
                return value;
            }
        }
        var random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        // Some servers refuse what has no capital letter, no digit or no sign.
        String value = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "-Aa1";
        write(name, value);
        return value;
    }

    /** Takes the place of what was there, at once. */
    void write(String name, String text) throws IOException {
        Path next = folder.resolve(name + ".new");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, text, UTF_8);
        if (!Files.getAttribute(next, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user)) {
            var lookup = folder.getFileSystem().getUserPrincipalLookupService();
            Files.setOwner(next, lookup.lookupPrincipalByName(Integer.toString(user)));
        }
        Files.move(next, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Names that begin so, by the alphabet. */
    List<String> startingWith(String prefix) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix) && !name.endsWith(".new"))
                    .sorted()
                    .toList();
        }
    }
}
