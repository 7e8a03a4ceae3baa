@NullMarked
package org.perilune.launcher;

import org.jspecify.annotations.NullMarked;
