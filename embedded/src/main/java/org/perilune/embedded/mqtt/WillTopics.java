package org.perilune.embedded.mqtt;

import com.hivemq.extension.sdk.api.interceptor.connect.ConnectInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.connect.parameter.ConnectInboundInput;
import com.hivemq.extension.sdk.api.interceptor.connect.parameter.ConnectInboundOutput;
import java.util.Set;
import org.perilune.contracts.Topics;

/**
 * Renames last wills on users' topics, so that they are kept like any message: the broker publishes a will itself, past
 * the handler. Under a name below the device's branch batch-router can subscribe to wills alone; it keeps them, and then
 * publishes them under the topic that was meant. Safe for threads.
 */
final class WillTopics implements ConnectInboundInterceptor {
    /** What the broker is set up to take. */
    private static final int LONGEST_TOPIC = 512;

    private final Set<String> services;

    /** @param services whose wills stay as they are */
    WillTopics(Set<String> services) {
        this.services = Set.copyOf(services);
    }

    /** Before the log-in: that the name is the sender's own is found out after this, and the topic judged by it. */
    @Override
    public void onConnect(ConnectInboundInput input, ConnectInboundOutput output) {
        String device = output.getConnectPacket().getUserName().orElse("");
        if (services.contains(device) || !Topics.DEVICE_NAME.matcher(device).matches()) {
            return;
        }
        output.getConnectPacket().getModifiableWillPublish().ifPresent(will -> {
            String name = Topics.willOf(device, will.getTopic());
            if (TopicPolicy.isKeptWill(will.getTopic()) && name.length() <= LONGEST_TOPIC) {
                will.setTopic(name);
            }
        });
    }
}
