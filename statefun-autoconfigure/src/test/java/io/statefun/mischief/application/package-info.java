/** An application whose functions are all elsewhere. */
@NullMarked
package io.statefun.mischief.application;

import org.jspecify.annotations.NullMarked;
