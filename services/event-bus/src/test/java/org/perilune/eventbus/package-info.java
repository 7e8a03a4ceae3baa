@NullMarked
package org.perilune.eventbus;

import org.jspecify.annotations.NullMarked;
