/** The command line: everything in one process, or one service, and what a person needs around it. */
@NullMarked
package org.perilune.launcher;

import org.jspecify.annotations.NullMarked;
