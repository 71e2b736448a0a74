/** The state of partitions: what is committed, in a backend, and what is not yet, in memory. */
@NullMarked
package io.statefun.state;

import org.jspecify.annotations.NullMarked;
