/** The flight log: its pages, what people write and how that reads. Keeps nothing. */
@NullMarked
package org.perilune.console.log;

import org.jspecify.annotations.NullMarked;
