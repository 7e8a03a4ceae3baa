/** Redis. */
@NullMarked
package org.perilune.pad.redis;

import org.jspecify.annotations.NullMarked;
