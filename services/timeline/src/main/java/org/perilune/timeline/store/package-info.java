/** Events as MongoDB keeps them, the index in memory that answers questions, changes as every copy follows them. */
@NullMarked
package org.perilune.timeline.store;

import org.jspecify.annotations.NullMarked;
