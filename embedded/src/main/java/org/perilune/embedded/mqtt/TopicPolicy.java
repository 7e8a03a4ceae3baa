package org.perilune.embedded.mqtt;

import org.perilune.contracts.Topics;

/**
 * What a device may publish and subscribe to: its own branch of the fleet, and the users' topics, which are all that
 * begin neither with {@code fleet} nor with '$'. Everything else is denied. For one device; safe for threads.
 */
final class TopicPolicy {
    private static final int DEEPEST = 8;
    private static final String FLEET = "fleet";
    private static final String SHARE = "$share/";

    private final String branch;
    private final String telemetry;
    private final String connect;
    private final String lastWill;
    private final String stored;
    private final String command;
    private final String ack;
    private final String wills;

    TopicPolicy(String device) {
        this.branch = Topics.of(device, "");
        this.telemetry = Topics.of(device, Topics.TELEMETRY);
        this.connect = Topics.of(device, Topics.CONNECT);
        this.lastWill = Topics.of(device, Topics.LAST_WILL);
        this.stored = Topics.of(device, Topics.STORED);
        this.command = Topics.of(device, Topics.COMMAND);
        this.ack = Topics.of(device, Topics.ACK);
        this.wills = Topics.willOf(device, "");
    }

    boolean mayPublish(String topic) {
        if (topic.equals(telemetry)) {
            return true;
        }
        if (topic.startsWith(branch)) {
            // What the device is told, it cannot say.
            return topic.length() > branch.length()
                    && topic.indexOf('/', branch.length()) < 0
                    && !topic.equals(stored)
                    && !topic.equals(command);
        }
        return isUsers(topic);
    }

    /** Whether it may leave a last will there, as {@link WillTopics} has named it. */
    boolean mayLeave(String topic) {
        return mayPublish(topic) || (topic.startsWith(wills) && isKeptWill(topic.substring(wills.length())));
    }

    /** Whether a will on this topic is a message like any other of a user's topic. */
    static boolean isKeptWill(String topic) {
        return isUsers(topic) && !isIntake(topic);
    }

    boolean maySubscribe(String subscription) {
        String filter = withoutShare(subscription);
        if (filter.startsWith(branch)) {
            return true;
        }
        char first = filter.isEmpty() ? '$' : filter.charAt(0);
        // A wildcard in the first level would reach into the fleet.
        return first != '#' && first != '+' && isUsers(filter) && !isIntake(filter);
    }

    /** The topics of a shared subscription, {@code $share/GROUP/FILTER}, are those of the filter. */
    private static String withoutShare(String subscription) {
        if (!subscription.startsWith(SHARE)) {
            return subscription;
        }
        int group = subscription.indexOf('/', SHARE.length());
        // Without a group or a filter it is none, and refused like every other topic that begins with '$'.
        return group <= SHARE.length() ? subscription : subscription.substring(group + 1);
    }

    /** Whether the handler alone takes the message: no subscriber is meant to see it. */
    boolean isForHandlerOnly(String topic) {
        return topic.equals(telemetry)
                || topic.equals(connect)
                || topic.equals(lastWill)
                || topic.equals(ack)
                || isIntake(topic);
    }

    private static boolean isIntake(String topic) {
        return topic.equals(Topics.CONNECT) || topic.equals(Topics.LAST_WILL);
    }

    private static boolean isUsers(String topic) {
        if (topic.isEmpty() || topic.charAt(0) == '$') {
            return false;
        }
        boolean fleet = topic.startsWith(FLEET) && (topic.length() == FLEET.length() || topic.charAt(5) == '/');
        return !fleet && topic.chars().filter(c -> c == '/').count() < DEEPEST;
    }
}
