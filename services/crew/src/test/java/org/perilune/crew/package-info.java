@NullMarked
package org.perilune.crew;

import org.jspecify.annotations.NullMarked;
