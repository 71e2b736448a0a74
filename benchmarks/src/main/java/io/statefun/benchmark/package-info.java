/** The end-to-end load and what belongs to it. Uses the engine as an application does. */
@NullMarked
package io.statefun.benchmark;

import org.jspecify.annotations.NullMarked;
