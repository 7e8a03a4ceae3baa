/** Redis. */
@NullMarked
package org.perilune.embedded.redis;

import org.jspecify.annotations.NullMarked;
