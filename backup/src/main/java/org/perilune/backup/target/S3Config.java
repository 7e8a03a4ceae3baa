package org.perilune.backup.target;

import java.net.URI;
import java.util.Optional;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;

/**
 * An account of an S3-compatible storage.
 *
 * @param endpoint none: Amazon's own of the region
 */
public record S3Config(Optional<URI> endpoint, String region, String accessKey, Secret secretKey) {
    /**
     * Reads {@code endpoint}, {@code region}, {@code access-key} and {@code secret-key} (or {@code secret-key-file});
     * empty where no access key is given.
     */
    public static Optional<S3Config> read(Settings in) {
        Optional<URI> endpoint =
                in.optionalText("endpoint").map(text -> in.uri("endpoint", URI.create("https://s3.invalid")));
        String region = in.text("region", "us-east-1");
        return in.optionalText("access-key").map(key -> new S3Config(endpoint, region, key, in.secret("secret-key")));
    }
}
