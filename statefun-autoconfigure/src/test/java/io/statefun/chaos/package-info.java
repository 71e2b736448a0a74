/**
 * An application on real services, all of which are killed, paused and started again while it
 * works; and a verifier that reads with a consumer of its own what has come of it.
 */
@NullMarked
package io.statefun.chaos;

import org.jspecify.annotations.NullMarked;
