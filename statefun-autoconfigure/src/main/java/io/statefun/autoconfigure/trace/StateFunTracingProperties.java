/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is traced.
 *
 * @param enabled Whether invocations are part of traces, in an application that has tracing.
 * @param remembered How many of the last invocations of this process are remembered, to be looked
 *     up by instance. Nothing is remembered if it is 0, or nothing is traced.
 */
@ConfigurationProperties("statefun.tracing")
public record StateFunTracingProperties(
    @DefaultValue("true") boolean enabled, @DefaultValue("10000") int remembered) {

  private static final int MAX_REMEMBERED = 1_000_000;

  public StateFunTracingProperties {
    if (remembered < 0 || remembered > MAX_REMEMBERED) {
      throw new IllegalArgumentException(
          "statefun.tracing.remembered must be 0 to " + MAX_REMEMBERED + ": " + remembered);
    }
  }
}
