/** The System page: services, stores, queues, dead letters. */
@NullMarked
package org.perilune.console.system;

import org.jspecify.annotations.NullMarked;
