/** MongoDB: client, schema, outbox beside its documents. */
@NullMarked
package org.perilune.chassis.mongo;

import org.jspecify.annotations.NullMarked;
