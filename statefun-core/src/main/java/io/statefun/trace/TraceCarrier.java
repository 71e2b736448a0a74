/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.trace;

import org.jspecify.annotations.Nullable;

/** What something brings of the trace that it belongs to. Safe for use by any thread. */
@FunctionalInterface
public interface TraceCarrier {

  /**
   * A field.
   *
   * @param field its name, in any case of letters
   * @return null if there is none
   */
  @Nullable String get(String field);
}
