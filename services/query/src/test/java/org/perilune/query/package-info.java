@NullMarked
package org.perilune.query;

import org.jspecify.annotations.NullMarked;
