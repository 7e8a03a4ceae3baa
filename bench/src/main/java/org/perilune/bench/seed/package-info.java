/** Years of data, written straight into the database. Measures nothing but what PostgreSQL alone can do. */
@NullMarked
package org.perilune.bench.seed;

import org.jspecify.annotations.NullMarked;
