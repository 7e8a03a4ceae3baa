/**
 * The commands that there are, their arguments and how each is verified; versions of it. Knows no command that was given.
 */
@NullMarked
package org.perilune.commanddispatcher.dictionary;

import org.jspecify.annotations.NullMarked;
