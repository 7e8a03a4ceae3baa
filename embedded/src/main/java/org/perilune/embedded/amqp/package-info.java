/** The AMQP broker. */
@NullMarked
package org.perilune.embedded.amqp;

import org.jspecify.annotations.NullMarked;
