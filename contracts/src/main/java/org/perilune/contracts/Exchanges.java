package org.perilune.contracts;

/** Names of what carries events on the AMQP broker. All of it is durable. */
public final class Exchanges {
    /** Topic exchange that every event is published on; the routing key is the event's type. */
    public static final String EVENTS = "perilune.events";

    /** Direct exchange for what could not be handled; the routing key is the queue that it came from. */
    public static final String DEAD_LETTERS = "perilune.dead-letters";

    /** The one queue of {@link #DEAD_LETTERS}; event-bus takes them from there into its database. */
    public static final String DEAD_LETTER_QUEUE = "perilune.dead-letters";

    /** The broker's own exchange, which puts messages into the queue that the routing key names. */
    public static final String TO_QUEUE = "";

    /** Binds a queue to events of every type. */
    public static final String EVERY_TYPE = "#";

    private Exchanges() {}

    /** Where a service's events wait for it; its copies share it. */
    public static String queueOf(Topology.Service service) {
        return service.name() + ".events";
    }

    /** Message headers of ours. */
    public static final class Header {
        /** Of a dead letter: why it could not be handled. */
        public static final String REASON = "x-perilune-reason";

        /** Of a dead letter: how often it was tried, as an integer. */
        public static final String TRIES = "x-perilune-tries";

        /** Of a dead letter: the queue that it came from. */
        public static final String QUEUE = "x-perilune-queue";

        /** Of a message that was sent again: the id of the dead letter that it was. */
        public static final String REDRIVEN = "x-perilune-redriven";

        private Header() {}
    }
}
