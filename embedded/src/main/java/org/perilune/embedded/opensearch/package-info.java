/** OpenSearch in this process, without its network between nodes. */
@NullMarked
package org.perilune.embedded.opensearch;

import org.jspecify.annotations.NullMarked;
