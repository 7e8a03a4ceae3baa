/**
 * Listening and asking over HTTP: routes with rights, tokens, problems, limits, streams of events, clients of other services.
 */
@NullMarked
package org.perilune.chassis.http;

import org.jspecify.annotations.NullMarked;
