package org.perilune.embedded.mongo;

import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.BsonConstants;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import de.bwaldvogel.mongo.wire.message.MessageHeader;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import de.bwaldvogel.mongo.wire.message.MongoReply;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.perilune.embedded.host.ScramVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the MongoDB server. The library knows no log-in: here nothing but the handshake is answered before one,
 * and afterwards a service reaches its own database only.
 * Commands run one after the other, on threads that may wait for the disk.
 */
final class MongoConnection extends SimpleChannelInboundHandler<ClientRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(MongoConnection.class);

    /** What the library speaks best. */
    private static final ServerVersion VERSION = ServerVersion.MONGO_5_0;

    private static final String HELLO = "hello";

    /** A client that reads no answers for so long is cut off. */
    private static final long ANSWER_READ_SECONDS = 30;

    // https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
    private static final int INTERNAL_ERROR = 1;
    private static final int UNAUTHORIZED = 13;
    private static final int AUTHENTICATION_FAILED = 18;

    private final Map<String, MongoStore> stores;
    private final ScramServer login;
    private final Executor workers;
    private CompletableFuture<Void> previous = CompletableFuture.completedFuture(null);
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicBoolean cut = new AtomicBoolean();
    private int answers;

    /** @param stores by user */
    MongoConnection(Map<String, MongoStore> stores, Map<String, ScramVerifier> users, Executor workers) {
        this.workers = workers;
        this.stores = stores;
        this.login = new ScramServer(users);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ClientRequest request) {
        // What has come already is answered first, and its answers are gone; only then the next bytes are read.
        unanswered.incrementAndGet();
        context.channel().config().setAutoRead(false);
        previous = previous.thenRunAsync(() -> handle(context, request), workers)
                .whenComplete((done, failure) -> next(context, failure));
    }

    private void handle(ChannelHandlerContext context, ClientRequest request) {
        var header = new MessageHeader(++answers, request.getHeader().getRequestID());
        Object answer = switch (request) {
            case MongoMessage message ->
                new MongoMessage(
                        context.channel(), header, answer(context, message.getDatabaseName(), message.getDocument()));
            // The handshake's first message is still in this older form.
            case MongoQuery query
            when query.getCollectionName().equals("$cmd") ->
                new MongoReply(header, List.of(answer(context, query.getDatabaseName(), query.getQuery())), 0);
            default -> throw new IllegalArgumentException("A message of a kind that no driver sends any more");
        };
        ChannelFuture sent = context.writeAndFlush(answer);
        if (!sent.awaitUninterruptibly(ANSWER_READ_SECONDS, TimeUnit.SECONDS) || !sent.isSuccess()) {
            throw new IllegalStateException("It does not take its answers", sent.cause());
        }
    }

    private void next(ChannelHandlerContext context, @Nullable Throwable failure) {
        if (failure != null) {
            exceptionCaught(context, failure);
            return;
        }
        if (unanswered.decrementAndGet() == 0) {
            context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stores.values().forEach(store -> store.forget(context.channel()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        // Once: all that it had asked before ends likewise.
        if (cut.compareAndSet(false, true)) {
            LOG.warn("A client of the MongoDB server is cut off [reason: {}]", failure.toString());
        }
        var ignored = context.close();
    }

    private Document answer(ChannelHandlerContext context, String database, Document query) {
        String command = query.keySet().stream().findFirst().orElse("");
        try {
            return switch (command.toLowerCase(Locale.ROOT)) {
                case HELLO, "ismaster" -> hello(query);
                case "ping", "endsessions" -> success();
                case "buildinfo" -> buildInfo();
                case "saslstart" -> login.start(query);
                case "saslcontinue" -> login.proceed(query);
                default -> run(context, database, command, query);
            };
        } catch (ScramServer.Refused refused) {
            LOG.warn("A log-in at the MongoDB server failed");
            return error(AUTHENTICATION_FAILED, "AuthenticationFailed", "Authentication failed.");
        } catch (MongoServerError refused) {
            return error(
                    refused.getCode(), String.valueOf(refused.getCodeName()), refused.getMessageWithoutErrorCode());
        } catch (MongoServerException refused) {
            return error(INTERNAL_ERROR, "InternalError", refused.getMessageWithoutErrorCode());
        } catch (RuntimeException failure) {
            LOG.error("A command of MongoDB failed [command: {}, database: {}]", command, database, failure);
            return error(INTERNAL_ERROR, "InternalError", "The command failed; the server's log tells why");
        }
    }

    private Document run(ChannelHandlerContext context, String database, String command, Document query) {
        String user = login.user();
        MongoStore store = user == null ? null : stores.get(user);
        if (store == null) {
            return error(UNAUTHORIZED, "Unauthorized", "Command " + command + " requires authentication");
        }
        if (!store.database().equals(database)) {
            return error(
                    UNAUTHORIZED, "Unauthorized", "not authorized on " + database + " to execute command " + command);
        }
        return store.run(context.channel(), command, query);
    }

    /** Without sessions, hence without transactions and retried writes. */
    private Document hello(Document query) {
        Document answer = success()
                .append("helloOk", true)
                .append("ismaster", true)
                .append("isWritablePrimary", true)
                .append("maxBsonObjectSize", BsonConstants.MAX_BSON_OBJECT_SIZE)
                .append("maxMessageSizeBytes", MongoWireProtocolHandler.MAX_MESSAGE_SIZE_BYTES)
                .append("maxWriteBatchSize", MongoWireProtocolHandler.MAX_WRITE_BATCH_SIZE)
                .append("localTime", Instant.now())
                .append("minWireVersion", 0)
                .append("maxWireVersion", VERSION.getWireVersion())
                .append("readOnly", false);
        if (query.containsKey("saslSupportedMechs")) {
            answer.append("saslSupportedMechs", List.of(ScramServer.MECHANISM));
        }
        if (query.get("speculativeAuthenticate") instanceof Document first) {
            try {
                answer.append("speculativeAuthenticate", login.start(first));
            } catch (ScramServer.Refused refused) {
                // The client tries the long way, and fails there.
                LOG.debug("No log-in within the handshake", refused);
            }
        }
        return answer;
    }

    private static Document buildInfo() {
        return success()
                .append("version", VERSION.toVersionString())
                .append("versionArray", VERSION.getVersionArray())
                .append("maxBsonObjectSize", BsonConstants.MAX_BSON_OBJECT_SIZE);
    }

    private static Document success() {
        return new Document("ok", 1.0);
    }

    private static Document error(int code, String name, String message) {
        return new Document("ok", 0.0)
                .append("errmsg", message)
                .append("code", code)
                .append("codeName", name);
    }
}
