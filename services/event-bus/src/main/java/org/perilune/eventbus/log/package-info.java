/** Every event, in order, for as long as it is kept; who may read what of it. */
@NullMarked
package org.perilune.eventbus.log;

import org.jspecify.annotations.NullMarked;
