/** What every service shares: settings, HTTP, problems, health, metrics, tokens, SQL and Redis. Knows no service. */
@NullMarked
package org.perilune.chassis;

import org.jspecify.annotations.NullMarked;
