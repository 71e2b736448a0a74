/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.io;

import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The port for records that leave after their epoch was committed. A batch that is not acknowledged
 * is delivered again, after a crash too, always under the same ids, so that the receiver can tell a
 * repetition.
 */
public interface Egress extends AutoCloseable {

  /**
   * Delivers records, in their order.
   *
   * @return completes when the receiver has them for good; completes exceptionally, or the method
   *     throws, if the whole batch must be tried again; completes with a {@link
   *     RefusedRecordsException} if the receiver has all records but some that it will never take,
   *     which become dead letters
   */
  CompletionStage<?> deliver(List<Delivery> batch);

  @Override
  default void close() {}

  /**
   * A record on its way out.
   *
   * @param egress the egress' name
   * @param id the same for each delivery of this record, and for no other record of the application
   * @param value the value
   * @param key the key, if the function gave one
   * @param headers headers, by name
   */
  record Delivery(
      TypeName egress,
      String id,
      TypedValue value,
      @Nullable String key,
      Map<String, byte[]> headers) {}
}
