/** Events over AMQP: outbox, relay, inbox, consumers, dead letters; each event is taken effect of once. */
@NullMarked
package org.perilune.chassis.messaging;

import org.jspecify.annotations.NullMarked;
