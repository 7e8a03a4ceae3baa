@NullMarked
package org.perilune.batchrouter;

import org.jspecify.annotations.NullMarked;
