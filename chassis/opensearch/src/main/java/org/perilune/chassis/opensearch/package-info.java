/** OpenSearch: client. */
@NullMarked
package org.perilune.chassis.opensearch;

import org.jspecify.annotations.NullMarked;
