/** Log-in and log-out. */
@NullMarked
package org.perilune.console.login;

import org.jspecify.annotations.NullMarked;
