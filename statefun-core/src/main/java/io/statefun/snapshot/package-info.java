/**
 * How an epoch becomes durable and a node comes back: barriers, epoch objects, base snapshots, the
 * stores that hold them, and their garbage collection.
 */
@NullMarked
package io.statefun.snapshot;

import org.jspecify.annotations.NullMarked;
