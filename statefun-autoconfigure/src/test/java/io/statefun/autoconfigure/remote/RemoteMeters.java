/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.micrometer.core.instrument.MeterRegistry;
import io.statefun.message.TypeName;
import io.statefun.remote.CallListener;
import io.statefun.remote.RemoteEndpoint;

/** The meters of an application that has called functions elsewhere, without a call. */
public final class RemoteMeters {

  private RemoteMeters() {}

  /** Registers those of one endpoint. */
  public static void bindTo(MeterRegistry registry) {
    CallMetrics metrics = new CallMetrics(registry);
    RemoteEndpoint endpoint = RemoteEndpoint.of("test/*", "http://localhost/");
    for (CallListener.Outcome outcome : CallListener.Outcome.values()) {
      metrics.ended(endpoint, TypeName.parse("test/greeter"), 1, 1, outcome);
    }
  }
}
