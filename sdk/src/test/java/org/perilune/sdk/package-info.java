/** What a device in Java needs: a journal that survives power loss, and a link that drains it. */
@NullMarked
package org.perilune.sdk;

import org.jspecify.annotations.NullMarked;
