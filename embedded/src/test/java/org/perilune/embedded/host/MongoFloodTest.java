package org.perilune.embedded.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.Topology;
import org.perilune.embedded.mongo.MongoServer;

/** Clients that have no secret and mean no good. */
class MongoFloodTest {
    private static final int OP_MSG = 2013;
    private static final long ALL = 64L * 1024 * 1024;
    private static final long STALLED_MILLIS = 2_000;

    @Test
    void takesNoMoreFromWhoeverDoesNotReadTheAnswers(@TempDir Path home) throws Exception {
        int port = Ports.choose(0);
        try (var server = MongoServer.start(
                        home.resolve("mongodb"),
                        port,
                        new Secrets(home.resolve("secrets")),
                        List.of(Topology.TIMELINE));
                var deaf = SocketChannel.open()) {
            deaf.setOption(StandardSocketOptions.SO_RCVBUF, 64 * 1024);
            deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThat(pour(deaf)).isLessThan(ALL);
            assertThat(server.works()).isTrue();
            try (var other = MongoClients.create("mongodb://127.0.0.1:" + port)) {
                assertThat(other.getDatabase("admin")
                                .runCommand(new Document("ping", 1))
                                .getDouble("ok"))
                        .isEqualTo(1);
            }
        }
    }

    /** How many bytes the server lets in. */
    private static long pour(SocketChannel into) throws IOException {
        ByteBuffer messages = messages();
        long poured = 0;
        into.configureBlocking(false);
        try (var selector = Selector.open()) {
            into.register(selector, SelectionKey.OP_WRITE);
            while (poured < ALL && selector.select(STALLED_MILLIS) > 0) {
                selector.selectedKeys().clear();
                if (!messages.hasRemaining()) {
                    messages.rewind();
                }
                poured += into.write(messages);
            }
        }
        return poured;
    }

    /** A thousand short questions with long answers. */
    private static ByteBuffer messages() throws IOException {
        var question = new BasicOutputBuffer();
        new BsonDocumentCodec()
                .encode(
                        new BsonBinaryWriter(question),
                        BsonDocument.parse("{\"hello\": 1, \"$db\": \"admin\"}"),
                        EncoderContext.builder().build());
        byte[] body = question.toByteArray();
        int length = 4 * Integer.BYTES + Integer.BYTES + 1 + body.length;
        var messages = ByteBuffer.allocate(1_000 * length).order(ByteOrder.LITTLE_ENDIAN);
        while (messages.hasRemaining()) {
            messages.putInt(length).putInt(1).putInt(0).putInt(OP_MSG);
            messages.putInt(0).put((byte) 0).put(body);
        }
        return messages.flip();
    }
}
