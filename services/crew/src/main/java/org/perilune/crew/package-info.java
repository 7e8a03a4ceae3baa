/** People, their log-in, and the tokens that every other service checks. */
@NullMarked
package org.perilune.crew;

import org.jspecify.annotations.NullMarked;
