/** A server that speaks MongoDB's protocol over a store of its own. */
@NullMarked
package org.perilune.embedded.mongo;

import org.jspecify.annotations.NullMarked;
