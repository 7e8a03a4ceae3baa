@NullMarked
package org.perilune.status;

import org.jspecify.annotations.NullMarked;
