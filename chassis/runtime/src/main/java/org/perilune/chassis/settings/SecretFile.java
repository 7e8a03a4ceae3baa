package org.perilune.chassis.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** A secret kept in a file, which nobody but its owner may read. */
public final class SecretFile {
    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);
    private static final Set<PosixFilePermission> OF_GROUP =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE);

    private SecretFile() {}

    /** @throws IOException whose message says what is wrong with the file, and holds nothing of the secret */
    static Secret read(Path file) throws IOException {
        refuseWhatOthersRead(file);
        String secret = Files.readString(file).strip();
        if (secret.isEmpty()) {
            throw new IOException("is empty");
        }
        return new Secret(secret);
    }

    /**
     * As PostgreSQL does with its keys: a file of another account, such as Kubernetes' root, has to let us in by its
     * group; one of our own has no such reason.
     *
     * @throws IOException whose message goes on after the file's name
     */
    public static void refuseWhatOthersRead(Path file) throws IOException {
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        PosixFileAttributes attributes = view.readAttributes();
        Set<PosixFilePermission> tooMuch = EnumSet.copyOf(OF_OTHERS);
        if (attributes.owner().getName().equals(System.getProperty("user.name"))) {
            tooMuch.addAll(OF_GROUP);
        }
        tooMuch.retainAll(attributes.permissions());
        if (!tooMuch.isEmpty()) {
            throw new IOException("is open to others than its owner (%s); chmod 600 it"
                    .formatted(PosixFilePermissions.toString(attributes.permissions())));
        }
    }
}
