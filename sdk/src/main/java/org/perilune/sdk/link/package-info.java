/**
 * Keeps a device connected, sends what the journal has and hands commands on. Decides nothing of commands; the journal,
 * not this, remembers what was sent.
 */
@NullMarked
package org.perilune.sdk.link;

import org.jspecify.annotations.NullMarked;
