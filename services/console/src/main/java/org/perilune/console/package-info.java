/** Pages for people: what the fleet does, live, in a browser. */
@NullMarked
package org.perilune.console;

import org.jspecify.annotations.NullMarked;
