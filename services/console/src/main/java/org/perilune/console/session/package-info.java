/** Who is logged in: the cookie, tokens of crew behind it, and what a browser may send. Shows nothing. */
@NullMarked
package org.perilune.console.session;

import org.jspecify.annotations.NullMarked;
