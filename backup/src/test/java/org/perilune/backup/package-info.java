@NullMarked
package org.perilune.backup;

import org.jspecify.annotations.NullMarked;
