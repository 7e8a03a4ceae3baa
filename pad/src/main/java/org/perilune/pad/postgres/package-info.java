/** PostgreSQL and the roles of services in it. */
@NullMarked
package org.perilune.pad.postgres;

import org.jspecify.annotations.NullMarked;
