package org.perilune.backup.target;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of an S3-compatible storage, or what begins with a prefix in it. Who may read it is the bucket's matter. */
public final class S3Target implements BackupTarget {
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

    /** @param where after {@code s3://}; names a bucket */
    public static S3Target open(S3Config config, String where) {
        int slash = where.indexOf('/');
        String bucket = slash < 0 ? where : where.substring(0, slash);
        String path = slash < 0 ? "" : where.substring(slash + 1).replaceAll("/+$", "");
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

    interface Call<T> {
        T make();
    }

    /** The client tries thrice by itself. */
    static <T> T call(Call<T> call) throws IOException {
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
        return new S3Upload(client, bucket, key(folder, path));
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
            abort(client, bucket, upload.key(), upload.uploadId());
        }
    }

    static void abort(S3Client client, String bucket, String key, String id) throws IOException {
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
}
