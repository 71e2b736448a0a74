/**
 * An application on real services whose functions are all behind HTTP, and what serves them, which
 * does not answer as it should; both are killed and paused while they work. What comes out is read
 * by a verifier with a consumer of its own.
 */
@NullMarked
package io.statefun.mischief;

import org.jspecify.annotations.NullMarked;
