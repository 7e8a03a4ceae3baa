@NullMarked
package org.perilune.contracts;

import org.jspecify.annotations.NullMarked;
