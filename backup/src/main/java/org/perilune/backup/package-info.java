/**
 * Backups: what the services keep in PostgreSQL, MongoDB and Redis, copied while they run, and put into empty stores
 * again. Works by addresses and accounts alone, so it knows neither a service nor an embedded server. What is derived
 * from the rest, the flight log's model and the search index, is in no backup.
 */
@NullMarked
package org.perilune.backup;

import org.jspecify.annotations.NullMarked;
