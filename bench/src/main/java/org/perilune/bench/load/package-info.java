/** Generators of load over MQTT and HTTP, which cost as little as they can. They know addresses, and no instance. */
@NullMarked
package org.perilune.bench.load;

import org.jspecify.annotations.NullMarked;
