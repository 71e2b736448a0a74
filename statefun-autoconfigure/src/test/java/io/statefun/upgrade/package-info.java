/** The next version of an application, which takes over from the one before. */
@NullMarked
package io.statefun.upgrade;

import org.jspecify.annotations.NullMarked;
