/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Runs simulations of many seeds, of which each is alone in its thread, on all processors. */
final class Seeds {

  private Seeds() {}

  /** What comes of the seeds from 1 to a last one, in their order. */
  static <T> List<T> upTo(long last, LongFunction<T> run) {
    return LongStream.rangeClosed(1, last).parallel().mapToObj(run).toList();
  }
}
