/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint.reference;

/** A value of a type of one's own. */
public record Point(int x, int y) {

  static Point of(int number) {
    return new Point(number, -number);
  }
}
