/** PostgreSQL and the roles of services in it. */
@NullMarked
package org.perilune.embedded.postgres;

import org.jspecify.annotations.NullMarked;
