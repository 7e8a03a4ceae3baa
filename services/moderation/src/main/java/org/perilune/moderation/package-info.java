/** Decides on comments by rules that people change. */
@NullMarked
package org.perilune.moderation;

import org.jspecify.annotations.NullMarked;
