/**
 * What a device in Java needs: {@link org.perilune.sdk.Device} with all that its author gives it and gets from it, and the
 * execution of its commands. The other packages are for this one alone.
 */
@NullMarked
package org.perilune.sdk;

import org.jspecify.annotations.NullMarked;
