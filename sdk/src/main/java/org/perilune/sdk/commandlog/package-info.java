/**
 * What a device was told and what came of it, on disk, so that nothing is done twice. Executes nothing and sends nothing.
 */
@NullMarked
package org.perilune.sdk.commandlog;

import org.jspecify.annotations.NullMarked;
