/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.statefun.remote.RemoteEndpoints;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Tells which endpoints do not answer. Nothing is lost meanwhile, and a restart of this process
 * would not help, so that it belongs into no probe.
 */
final class RemoteHealthIndicator extends AbstractHealthIndicator {

  /** As many attempts one may fail to get through without being taken for gone. */
  static final int FAILURES_IN_A_ROW = 5;

  private final RemoteEndpoints endpoints;

  RemoteHealthIndicator(RemoteEndpoints endpoints) {
    super("The health of the endpoints of functions is not known");
    this.endpoints = endpoints;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    builder.up();
    for (RemoteEndpoints.Status status : endpoints.status()) {
      if (status.failures() >= FAILURES_IN_A_ROW) {
        builder.down();
      }
      String failure = status.lastFailure();
      builder.withDetail(status.endpoint(), failure == null ? "answers" : failure);
    }
  }
}
