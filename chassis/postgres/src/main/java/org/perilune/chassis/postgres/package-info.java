/** PostgreSQL: pool, migrations, leases of copies, notifications, retention, what its failures mean. */
@NullMarked
package org.perilune.chassis.postgres;

import org.jspecify.annotations.NullMarked;
