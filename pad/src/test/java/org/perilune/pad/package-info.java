@NullMarked
package org.perilune.pad;

import org.jspecify.annotations.NullMarked;
