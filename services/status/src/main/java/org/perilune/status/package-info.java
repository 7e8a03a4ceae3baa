/** Watches every service and backing store, and says in words what is wrong and what still works. */
@NullMarked
package org.perilune.status;

import org.jspecify.annotations.NullMarked;
