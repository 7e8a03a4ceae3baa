/** Calls addresses that people give, and only those that may be called. */
@NullMarked
package org.perilune.eventbus.callback;

import org.jspecify.annotations.NullMarked;
