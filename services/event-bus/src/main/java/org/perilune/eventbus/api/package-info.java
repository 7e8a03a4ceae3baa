/** Publishing, replaying, following and subscribing over HTTP. */
@NullMarked
package org.perilune.eventbus.api;

import org.jspecify.annotations.NullMarked;
