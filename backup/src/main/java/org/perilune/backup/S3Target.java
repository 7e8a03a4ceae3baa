package org.perilune.backup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of an S3-compatible storage, or what begins with a prefix in it. Who may read it is the bucket's matter. */
final class S3Target implements BackupTarget {
    /** Of which there may be 10,000: a file has 160 GB at most. One of them is in memory. */
    static final int PART_BYTES = 16 << 20;

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    /** @param prefix empty, or ends with a slash */
    private S3Target(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /** @param where after {@code s3://} */
    static S3Target open(S3Config config, String where) {
        int slash = where.indexOf('/');
        String bucket = slash < 0 ? where : where.substring(0, slash);
        String path = slash < 0 ? "" : where.substring(slash + 1).replaceAll("/+$", "");
        if (bucket.isEmpty()) {
            throw new BackupException("s3://" + where + " names no bucket; it is s3://BUCKET/PREFIX");
        }
        var builder = S3Client.builder()
                .region(Region.of(config.region()))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        config.accessKey(), config.secretKey().reveal())))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(ANSWER))
                // Others than Amazon know no more; our own sums are in the manifest.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .forcePathStyle(config.endpoint().isPresent());
        config.endpoint().ifPresent(builder::endpointOverride);
        return new S3Target(builder.build(), bucket, path.isEmpty() ? "" : path + "/");
    }

    private interface Call<T> {
        T make();
    }

    /** The client tries thrice by itself. */
    private static <T> T call(Call<T> call) throws IOException {
        try {
            return call.make();
        } catch (SdkException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    @Override
    public String description() {
        return "s3://" + bucket + "/" + prefix;
    }

    @Override
    public SortedSet<String> folders() throws IOException {
        return call(() -> {
            var names = new TreeSet<String>();
            client
                    .listObjectsV2Paginator(
                            request -> request.bucket(bucket).prefix(prefix).delimiter("/"))
                    .commonPrefixes()
                    .stream()
                    .map(CommonPrefix::prefix)
                    .forEach(found -> names.add(found.substring(prefix.length(), found.length() - 1)));
            return names;
        });
    }

    @Override
    public SortedSet<String> files(String folder) throws IOException {
        String within = key(folder, "");
        return call(() -> {
            var paths = new TreeSet<String>();
            client.listObjectsV2Paginator(request -> request.bucket(bucket).prefix(within)).contents().stream()
                    .map(S3Object::key)
                    .forEach(key -> paths.add(key.substring(within.length())));
            return paths;
        });
    }

    @Override
    public NewFile write(String folder, String path) {
        return new Upload(key(folder, path));
    }

    @Override
    public InputStream read(String folder, String path) throws IOException {
        String key = key(folder, path);
        return call(() -> {
                    try {
                        return new Found(client.getObject(
                                request -> request.bucket(bucket).key(key)));
                    } catch (NoSuchKeyException missing) {
                        return new Found(null);
                    }
                })
                .orMissing(key);
    }

    private record Found(@Nullable InputStream content) {
        InputStream orMissing(String key) throws NoSuchFileException {
            if (content == null) {
                throw new NoSuchFileException(key);
            }
            return content;
        }
    }

    @Override
    public void delete(String folder, String path) throws IOException {
        String key = key(folder, path);
        var _ = call(() -> client.deleteObject(request -> request.bucket(bucket).key(key)));
    }

    /** There is none; parts of uploads that were never completed take room until somebody ends them. */
    @Override
    public void deleteFolder(String folder) throws IOException {
        String within = key(folder, "");
        List<MultipartUpload> left = call(() ->
                client
                        .listMultipartUploadsPaginator(
                                request -> request.bucket(bucket).prefix(within))
                        .uploads()
                        .stream()
                        .filter(upload -> upload.key().startsWith(within))
                        .toList());
        for (MultipartUpload upload : left) {
            abort(upload.key(), upload.uploadId());
        }
    }

    private void abort(String key, String id) throws IOException {
        var _ = call(() -> client.abortMultipartUpload(
                request -> request.bucket(bucket).key(key).uploadId(id)));
    }

    private String key(String folder, String path) {
        return prefix + folder + "/" + path;
    }

    @Override
    public void close() {
        client.close();
    }

    /** In one piece where it is small, else in parts, of which one is in memory. */
    private final class Upload extends NewFile {
        private final String key;
        private final List<CompletedPart> parts = new ArrayList<>();
        private byte[] buffer = new byte[1 << 16];
        private int filled;
        private @Nullable String upload;
        private boolean committed;

        Upload(String key) {
            this.key = key;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int left = length;
            while (left > 0) {
                if (filled == buffer.length) {
                    makeRoom();
                }
                int taken = Math.min(left, buffer.length - filled);
                System.arraycopy(bytes, from, buffer, filled, taken);
                filled += taken;
                from += taken;
                left -= taken;
            }
        }

        private void makeRoom() throws IOException {
            if (buffer.length < PART_BYTES) {
                buffer = java.util.Arrays.copyOf(buffer, Math.min(PART_BYTES, buffer.length * 4));
                return;
            }
            sendPart();
        }

        private void sendPart() throws IOException {
            String id = upload;
            if (id == null) {
                id = call(() -> client.createMultipartUpload(
                                request -> request.bucket(bucket).key(key)))
                        .uploadId();
                upload = id;
            }
            String known = id;
            int number = parts.size() + 1;
            String tag = call(() -> client.uploadPart(
                            request -> request.bucket(bucket)
                                    .key(key)
                                    .uploadId(known)
                                    .partNumber(number),
                            content()))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
            filled = 0;
        }

        private RequestBody content() {
            return RequestBody.fromInputStream(new ByteArrayInputStream(buffer, 0, filled), filled);
        }

        @Override
        void commit() throws IOException {
            if (upload == null) {
                var _ = call(
                        () -> client.putObject(request -> request.bucket(bucket).key(key), content()));
            } else {
                if (filled > 0) {
                    sendPart();
                }
                var _ = call(() -> client.completeMultipartUpload(request ->
                        request.bucket(bucket).key(key).uploadId(upload).multipartUpload(all -> all.parts(parts))));
            }
            committed = true;
        }

        @Override
        public void close() throws IOException {
            if (upload != null && !committed) {
                abort(key, upload);
            }
        }
    }
}
