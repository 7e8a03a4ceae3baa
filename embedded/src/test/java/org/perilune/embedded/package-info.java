@NullMarked
package org.perilune.embedded;

import org.jspecify.annotations.NullMarked;
