/**
 * Turns an annotated object into a function that the engine can call, and finds the mistakes in it
 * before the application starts.
 */
@NullMarked
package io.statefun.binding;

import org.jspecify.annotations.NullMarked;
