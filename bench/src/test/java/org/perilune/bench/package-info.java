@NullMarked
package org.perilune.bench;

import org.jspecify.annotations.NullMarked;
