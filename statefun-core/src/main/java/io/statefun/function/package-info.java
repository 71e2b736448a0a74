/**
 * What the author of a function sees: annotations for classes, methods and parameters, the states
 * of an instance, and the context of a handler.
 */
@NullMarked
package io.statefun.function;

import org.jspecify.annotations.NullMarked;
