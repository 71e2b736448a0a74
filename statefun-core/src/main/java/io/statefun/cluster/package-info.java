/**
 * What makes an epoch true, and who owns the partitions: the history of committed epochs, and the
 * log that a node shares with others.
 */
@NullMarked
package io.statefun.cluster;

import org.jspecify.annotations.NullMarked;
