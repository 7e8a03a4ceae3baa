/**
 * A command's states and the transitions between them, as PostgreSQL keeps them. The only place that changes a state.
 */
@NullMarked
package org.perilune.commanddispatcher.lifecycle;

import org.jspecify.annotations.NullMarked;
