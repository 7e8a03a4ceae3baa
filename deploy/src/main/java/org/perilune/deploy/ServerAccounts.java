package org.perilune.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.perilune.contracts.Sha256;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;
import org.perilune.contracts.Topology.Store;

/** The accounts of services and devices at the backing servers, in the form that each server reads. */
final class ServerAccounts {
    static final String DEVICE = "device-";
    private static final String MONITOR = "monitor";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretFolder secrets;

    ServerAccounts(SecretFolder secrets) {
        this.secrets = secrets;
    }

    /** Lines of role and password; compose/postgresql.sh makes databases of them. */
    String postgresql() throws IOException {
        var lines = new StringBuilder();
        for (Service service : having(Store.POSTGRESQL)) {
            lines.append(service.databaseName()).append(' ');
            lines.append(secrets.value(Secrets.of(service, Store.POSTGRESQL))).append('\n');
        }
        return lines.toString();
    }

    /** An ACL file. INFO and CONFIG GET count as dangerous, but metrics and checks need them. */
    String redis() throws IOException {
        var lines = new StringBuilder("user default off\n");
        lines.append(redis(MONITOR, "redis-monitor", "+ping"));
        for (Service service : having(Store.REDIS)) {
            lines.append(redis(
                    service.name(),
                    Secrets.of(service, Store.REDIS),
                    "~* &* +@all -@admin -@dangerous +info +config|get"));
        }
        return lines.toString();
    }

    private String redis(String user, String secret, String rights) throws IOException {
        return "user %s on #%s %s\n"
                .formatted(user, HexFormat.of().formatHex(Sha256.of(secrets.value(secret))), rights);
    }

    /** Definitions that the broker loads when it starts. Nobody but the services has an account. */
    String rabbitmq() throws IOException {
        var users = new StringJoiner(",\n");
        var permissions = new StringJoiner(",\n");
        for (Service service : having(Store.AMQP)) {
            String hash = rabbitmqHash(secrets.value(Secrets.of(service, Store.AMQP)));
            users.add("""
                    {"name": "%s", "password_hash": "%s", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}""".formatted(service.name(), hash));
            permissions.add("""
                    {"user": "%s", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}""".formatted(service.name()));
        }
        return """
                {
                "vhosts": [{"name": "/"}],
                "users": [
                %s],
                "permissions": [
                %s]
                }
                """.formatted(users, permissions);
    }

    private static String rabbitmqHash(String password) {
        byte[] salt = random(4);
        byte[] salted = join(salt, password.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(join(salt, Sha256.of(salted)));
    }

    /** A password file of Mosquitto 2: services, who looks whether it lives, and every device with a secret. */
    String mosquitto() throws IOException {
        var lines = new StringBuilder(mosquitto(MONITOR, "mosquitto-monitor"));
        for (Service service : having(Store.MQTT)) {
            lines.append(mosquitto(service.name(), Secrets.of(service, Store.MQTT)));
        }
        for (String device : secrets.startingWith(DEVICE)) {
            lines.append(mosquitto(device.substring(DEVICE.length()), device));
        }
        return lines.toString();
    }

    /** {@code $7$iterations$salt$hash}: PBKDF2 with SHA-512, as mosquitto_passwd makes it. */
    private String mosquitto(String user, String secret) throws IOException {
        int iterations = 1_000;
        byte[] salt = random(12);
        var encoder = Base64.getEncoder();
        try {
            var key = new PBEKeySpec(secrets.value(secret).toCharArray(), salt, iterations, 512);
            byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(key)
                    .getEncoded();
            return "%s:$7$%d$%s$%s\n"
                    .formatted(user, iterations, encoder.encodeToString(salt), encoder.encodeToString(hash));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every JDK has PBKDF2 with SHA-512", impossible);
        }
    }

    private static List<Service> having(Store store) {
        return Topology.SERVICES.stream()
                .filter(service -> service.stores().contains(store))
                .toList();
    }

    private static byte[] random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    private static byte[] join(byte[] first, byte[] second) {
        var both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
