/** The primitives of everything that is stored: integers, strings and byte strings in a row. */
@NullMarked
package io.statefun.wire;

import org.jspecify.annotations.NullMarked;
