/** What a person or a program sees of an instance, and when: pages, streams, rows. Causes no load of its own. */
@NullMarked
package org.perilune.bench.observe;

import org.jspecify.annotations.NullMarked;
