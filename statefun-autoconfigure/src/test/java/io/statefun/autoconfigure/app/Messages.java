/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.app;

import io.statefun.message.MessageTypeName;

/** The messages of the test application. */
public interface Messages {

  /** Adds to a counter. */
  record Add(long amount) {}

  /** Asks for the sum. */
  record Read() {}

  /** Is never answered. */
  record Silence() {}

  /** Sets a cron reminder, and asks for its time. */
  record Nightly() {}

  /** Makes the function throw. */
  record Fail() {}

  /** What a counter has. */
  record Sum(String id, long sum) {}

  /** A value whose name does not tell its class. */
  @MessageTypeName("test/named")
  record Named(String text) {}
}
