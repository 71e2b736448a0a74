/** Addresses, type names, typed values, and how values of Java types become bytes. */
@NullMarked
package io.statefun.message;

import org.jspecify.annotations.NullMarked;
