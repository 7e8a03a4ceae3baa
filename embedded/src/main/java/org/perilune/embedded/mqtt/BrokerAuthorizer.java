package org.perilune.embedded.mqtt;

import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import org.jspecify.annotations.Nullable;

/** Decides on one client's subscriptions and last will. Its messages are decided on by {@link IngestHandler}. */
final class BrokerAuthorizer implements PublishAuthorizer, SubscriptionAuthorizer {
    private final @Nullable Connection connection;
    private final BrokerMeters meters;

    BrokerAuthorizer(@Nullable Connection connection, BrokerMeters meters) {
        this.connection = connection;
        this.meters = meters;
    }

    @Override
    public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
        Connection client = connection;
        TopicPolicy policy = client == null ? null : client.policy();
        boolean service = client != null && policy == null;
        if (service
                || (policy != null && policy.mayLeave(input.getPublishPacket().getTopic()))) {
            output.authorizeSuccessfully();
            return;
        }
        meters.refusedPublishes.increment();
        output.failAuthorization(AckReasonCode.NOT_AUTHORIZED);
    }

    @Override
    public void authorizeSubscribe(SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        Connection client = connection;
        TopicPolicy policy = client == null ? null : client.policy();
        boolean service = client != null && policy == null;
        if (service
                || (policy != null
                        && policy.maySubscribe(input.getSubscription().getTopicFilter()))) {
            output.authorizeSuccessfully();
            return;
        }
        meters.refusedSubscriptions.increment();
        output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED);
    }
}
