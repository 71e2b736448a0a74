/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import org.jspecify.annotations.Nullable;

/** An instance that is in memory: its address and its latest row. Belongs to one worker. */
final class Instance {

  private static final byte[] NONE = new byte[0];

  final Address address;
  final FunctionType function;
  Row row;

  /** States that the function does not declare any more, kept as they were stored. */
  byte[] undeclared = NONE;

  /** The latest committed row that the backend does not hold; belongs to the applier. */
  @Nullable Row unapplied;

  Instance(Address address, FunctionType function) {
    this.address = address;
    this.function = function;
    this.row = new Row(this, 0, new Object[function.states.size()]);
  }
}
