/** Full-text search: by OpenSearch, and by PostgreSQL while it is away. */
@NullMarked
package org.perilune.query.search;

import org.jspecify.annotations.NullMarked;
