/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import org.jspecify.annotations.Nullable;

/** Routes records by the {@link Router} beans. For adapters of what records come from. */
@FunctionalInterface
public interface RecordRoutes {

  /**
   * Routes a record.
   *
   * @param type the class of values, by which the router is found; a value may be of a class that
   *     extends it
   * @param value what it says; null for a record that says that there is nothing any more
   * @param whole the record with its value, for routers that want to see all of it, as a {@code
   *     Router<ConsumerRecord<?, T>>}; null if there is no more than the value
   * @param routes takes the messages
   * @throws IllegalArgumentException if no router takes it
   */
  void route(Class<?> type, @Nullable Object value, @Nullable Object whole, Routes routes);
}
