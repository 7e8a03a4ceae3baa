package org.perilune.backup.target;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** In one piece where it is small, else in parts, of which one is in memory. */
public final class S3Upload extends NewFile {
    /** Of which there may be 10,000: a file has 160 GB at most. One of them is in memory. */
    public static final int PART_BYTES = 16 << 20;

    private final S3Client client;
    private final String bucket;
    private final String key;
    private final List<CompletedPart> parts = new ArrayList<>();
    private byte[] buffer = new byte[1 << 16];
    private int filled;
    private @Nullable String upload;
    private boolean committed;

    S3Upload(S3Client client, String bucket, String key) {
        this.client = client;
        this.bucket = bucket;
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
            buffer = Arrays.copyOf(buffer, Math.min(PART_BYTES, buffer.length * 4));
            return;
        }
        sendPart();
    }

    private void sendPart() throws IOException {
        String id = upload;
        if (id == null) {
            id = S3Target.call(() -> client.createMultipartUpload(
                            request -> request.bucket(bucket).key(key)))
                    .uploadId();
            upload = id;
        }
        String known = id;
        int number = parts.size() + 1;
        String tag = S3Target.call(() -> client.uploadPart(
                        request ->
                                request.bucket(bucket).key(key).uploadId(known).partNumber(number),
                        content()))
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
        filled = 0;
    }

    private RequestBody content() {
        return RequestBody.fromInputStream(new ByteArrayInputStream(buffer, 0, filled), filled);
    }

    @Override
    public void commit() throws IOException {
        if (upload == null) {
            var _ = S3Target.call(
                    () -> client.putObject(request -> request.bucket(bucket).key(key), content()));
        } else {
            if (filled > 0) {
                sendPart();
            }
            var _ = S3Target.call(() -> client.completeMultipartUpload(request ->
                    request.bucket(bucket).key(key).uploadId(upload).multipartUpload(all -> all.parts(parts))));
        }
        committed = true;
    }

    @Override
    public void close() throws IOException {
        if (upload != null && !committed) {
            S3Target.abort(client, bucket, key, upload);
        }
    }
}
