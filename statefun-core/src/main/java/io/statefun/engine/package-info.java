/**
 * The engine: a node with its workers, their partitions and mailboxes, and the way of a message
 * through an invocation. Knows the outside through ports alone.
 */
@NullMarked
package io.statefun.engine;

import org.jspecify.annotations.NullMarked;
