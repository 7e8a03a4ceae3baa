package org.perilune.embedded.mqtt;

import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.parameter.ClientBasedInput;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.lang.reflect.Field;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, kept with its channel.
 *
 * @param fingerprint of the key that the device logged in with; null for a service
 * @param policy null for a service, which may use the whole fleet's branch
 */
public record Connection(
        String clientId,
        String user,
        Channel channel,
        @Nullable String fingerprint,
        @Nullable TopicPolicy policy) {
    private static final AttributeKey<Connection> KEY = AttributeKey.valueOf("perilune.connection");

    /** Keeps it with its channel, for {@link #of}. */
    void attach() {
        channel.attr(KEY).set(this);
    }

    /** Empty before the log-in succeeded. */
    static Optional<Connection> of(ClientBasedInput input) {
        return Optional.ofNullable(
                channel(input.getConnectionInformation()).attr(KEY).get());
    }

    /**
     * The extension SDK hides the channel, and its interceptors take one message a client at a time, with a timer and
     * two thread changes for each; the way in needs better. HiveMQ's version is pinned, and a test goes through here.
     */
    static Channel channel(ConnectionInformation information) {
        Object store = information.getConnectionAttributeStore();
        try {
            Field field = store.getClass().getDeclaredField("channel");
            field.setAccessible(true);
            return (Channel) field.get(store);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException("This HiveMQ keeps its channel elsewhere", failure);
        }
    }
}
