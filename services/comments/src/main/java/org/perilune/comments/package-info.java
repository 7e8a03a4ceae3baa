/** Comments on entries of the flight log. */
@NullMarked
package org.perilune.comments;

import org.jspecify.annotations.NullMarked;
