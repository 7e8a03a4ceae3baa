/** All that crosses a process boundary: payloads, topic and stream names, the topology. */
@NullMarked
package org.perilune.contracts;

import org.jspecify.annotations.NullMarked;
