/** Answers over HTTP and by streams about commands that are there; approvals, the dictionary. */
@NullMarked
package org.perilune.commanddispatcher.api;

import org.jspecify.annotations.NullMarked;
