/** Answers about entries, comments and activity over HTTP and by streams. */
@NullMarked
package org.perilune.query.entries;

import org.jspecify.annotations.NullMarked;
