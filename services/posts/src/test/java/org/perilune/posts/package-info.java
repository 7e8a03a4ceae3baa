@NullMarked
package org.perilune.posts;

import org.jspecify.annotations.NullMarked;
