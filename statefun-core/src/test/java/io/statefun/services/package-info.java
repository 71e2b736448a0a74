/** Real services for tests, samples and benchmarks, as processes of their own on this machine. */
@NullMarked
package io.statefun.services;

import org.jspecify.annotations.NullMarked;
