/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.EngineListener;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.context.ApplicationContext;

/** Breaks the application's liveness when the engine stops by itself. */
final class AvailabilityListener implements EngineListener {

  private final ApplicationContext context;

  AvailabilityListener(ApplicationContext context) {
    this.context = context;
  }

  @Override
  public void failed(Throwable cause) {
    AvailabilityChangeEvent.publish(context, cause, LivenessState.BROKEN);
  }
}
