/** Asks services with the rights of who is logged in, and gives their answers on. Knows nothing of what they say. */
@NullMarked
package org.perilune.console.upstream;

import org.jspecify.annotations.NullMarked;
