/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.message.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the console what an instance did last, if the application has a bean that knows. Called by
 * threads of the web server; be quick.
 */
@FunctionalInterface
public interface RecentInvocations {

  /**
   * The last invocations of an instance, the newest first.
   *
   * @param address the instance
   * @param limit how many at most
   */
  List<Seen> of(Address address, int limit);

  /**
   * An invocation.
   *
   * @param time when it began
   * @param took how long it took
   * @param what the message that was handled, in a few words
   * @param trace where more is to be found of it, as the id of a trace; null if nowhere
   * @param failure why it failed; null if it did not
   */
  record Seen(
      Instant time, Duration took, String what, @Nullable String trace, @Nullable String failure) {}
}
