package org.perilune.backup;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.backup.target.BackupTarget;
import org.perilune.backup.target.S3Config;
import org.perilune.backup.target.S3Target;
import org.perilune.chassis.settings.Secret;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/** Against a server of S3's protocol that keeps files. */
final class S3TargetTest implements TargetContract {
    private final S3Proxy server;
    private final BackupTarget target;

    S3TargetTest(@TempDir Path data) throws Exception {
        var properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", data.toString());
        BlobStore store = BlobStores.create("filesystem-nio2", properties);
        store.createContainer(CreateBucketRequest.builder().bucket("perilune").build());
        this.server = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, "key", "a secret of some length")
                .build();
        server.start();
        this.target = open("a secret of some length");
    }

    private BackupTarget open(String secret) {
        var endpoint = URI.create("http://127.0.0.1:" + server.getPort());
        return S3Target.open(
                new S3Config(Optional.of(endpoint), "us-east-1", "key", new Secret(secret)), "perilune/of/backups/");
    }

    @Override
    public BackupTarget target() {
        return target;
    }

    @AfterEach
    void stop() throws Exception {
        target.close();
        server.stop();
    }

    @Test
    void aWrongSecretIsToldWithoutIt() {
        try (BackupTarget refused = open("not the secret")) {
            assertThatThrownBy(refused::folders)
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessageContaining("403")
                    .message()
                    .doesNotContain("not the secret");
        }
    }
}
