/** Redis: client, the settings that a server must have, what its failures mean. */
@NullMarked
package org.perilune.chassis.redis;

import org.jspecify.annotations.NullMarked;
