@NullMarked
package org.perilune.console;

import org.jspecify.annotations.NullMarked;
