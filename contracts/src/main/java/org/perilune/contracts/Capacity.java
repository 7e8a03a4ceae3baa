package org.perilune.contracts;

/**
 * What one copy of a service is given, and how many copies there may be.
 *
 * @param memory of the process, in mebibytes; what it may not exceed
 * @param processor thousandths of a core that it is sure of
 * @param copies at most, 1 or more
 */
public record Capacity(int memory, int processor, Scaling scaling, int copies) {

    /** What decides how many copies a deployment runs. */
    public enum Scaling {
        /** One copy: a second would be another device, or would have nothing to do. */
        NONE,
        /** The processor's use. */
        PROCESSOR,
        /** The streams in Redis that it reads. */
        STREAMS,
        /** Its queue at the AMQP broker. */
        QUEUE
    }

    static Capacity fixed(int memory, int processor) {
        return new Capacity(memory, processor, Scaling.NONE, 1);
    }
}
