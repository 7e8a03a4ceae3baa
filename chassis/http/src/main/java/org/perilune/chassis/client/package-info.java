/** Asking other services over HTTP. Knows nothing of listening. */
@NullMarked
package org.perilune.chassis.client;

import org.jspecify.annotations.NullMarked;
