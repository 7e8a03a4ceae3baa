/**
 * What the services of the flight log share beside its events: how what entries and comments point to is read from a request,
 * and kept in a table. Knows none of them.
 */
@NullMarked
package org.perilune.flightlog;

import org.jspecify.annotations.NullMarked;
