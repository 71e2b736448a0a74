/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Egress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Stands in for an egress whose records the application has given up: takes them to nowhere. */
final class DiscardingEgress implements Egress {

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    return CompletableFuture.completedFuture(null);
  }
}
