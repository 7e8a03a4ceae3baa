package org.perilune.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What of a Compose deployment is a user's own and not checked in: secrets, {@code .env}, further settings. */
public final class ComposeSecrets {
    private static final int IMAGE_USER = 10_001;
    private static final int ROOT = 0;

    private final Path deploy;

    /** @param deploy the checkout's {@code deploy/} */
    public ComposeSecrets(Path deploy) {
        this.deploy = deploy;
    }

    /**
     * Makes what is missing; keeps every secret that is there, so that it can be repeated at any time.
     *
     * @param devices who get an account at the MQTT broker, beside those who have one
     * @return for each device the file with its key
     */
    public List<Path> make(List<String> devices) throws IOException {
        int caller = (int) Files.getAttribute(deploy, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        // Root can give files to the account of the images; everybody else has the containers run as himself.
        boolean root = "root".equals(System.getProperty("user.name"));
        int user = root ? IMAGE_USER : caller;
        Path folder = deploy.resolve("secrets");
        var secrets = new SecretFolder(folder, user);
        for (String secret : Secrets.all()) {
            secrets.value(secret);
        }
        var keys = new ArrayList<Path>();
        for (String device : devices) {
            secrets.value(ServerAccounts.DEVICE + device);
            keys.add(folder.resolve(ServerAccounts.DEVICE + device));
        }
        var accounts = new ServerAccounts(secrets);
        secrets.value("postgresql-superuser");
        secrets.value("mongodb-keyfile");
        secrets.value("mongodb-administrator");
        secrets.write("postgresql-accounts", accounts.postgresql());
        secrets.write("redis-users", accounts.redis());
        secrets.write("rabbitmq-definitions", accounts.rabbitmq());
        secrets.write("mosquitto-passwords", accounts.mosquitto());
        keepOrWrite(
                deploy.resolve("compose/settings.properties"),
                "# Settings of your own, such as console.mission.name=Artemis\n");
        keepOrWrite(
                deploy.resolve(".env"),
                Files.readString(deploy.resolve("images.env"))
                        + "PERILUNE_UID=%1$d\nPERILUNE_GID=%1$d\n".formatted(user == ROOT ? IMAGE_USER : user));
        return keys;
    }

    private static void keepOrWrite(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(file, text);
        }
    }
}
