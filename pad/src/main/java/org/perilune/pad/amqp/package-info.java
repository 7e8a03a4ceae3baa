/** The AMQP broker. */
@NullMarked
package org.perilune.pad.amqp;

import org.jspecify.annotations.NullMarked;
