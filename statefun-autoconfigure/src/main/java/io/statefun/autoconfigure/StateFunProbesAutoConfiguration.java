/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.application.LivenessStateHealthIndicator;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Has the health groups liveness and readiness, which a platform probes, know of the engine. They
 * ask for its state, and for nothing else: a store or brokers that are away are no reason to
 * restart a process, nor to send its requests to another, which has the same trouble.
 */
@AutoConfiguration(
    after = StateFunAutoConfiguration.class,
    afterName =
        "org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration",
    beforeName = {
      "org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration",
      "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration"
    })
@ConditionalOnClass(
    value = ReadinessStateHealthIndicator.class,
    name = "org.springframework.boot.actuate.endpoint.annotation.Endpoint")
@ConditionalOnBean({StateFunEngine.class, ApplicationAvailability.class})
@ConditionalOnBooleanProperty(
    name = "management.endpoint.health.probes.enabled",
    matchIfMissing = true)
class StateFunProbesAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean(name = "livenessStateHealthIndicator")
  @ConditionalOnProperty(
      name = "statefun.on-failure",
      havingValue = "broken",
      matchIfMissing = true)
  LivenessStateHealthIndicator livenessStateHealthIndicator(
      ApplicationAvailability availability, StateFunEngine engine) {
    return new EngineLiveness(availability, engine);
  }

  @Bean
  @ConditionalOnMissingBean(name = "readinessStateHealthIndicator")
  ReadinessStateHealthIndicator readinessStateHealthIndicator(
      ApplicationAvailability availability, StateFunEngine engine) {
    return new EngineReadiness(availability, engine);
  }

  /**
   * Broken if the engine has failed, also if it did before the application said that it was live.
   */
  private static final class EngineLiveness extends LivenessStateHealthIndicator {

    private final StateFunEngine engine;

    EngineLiveness(ApplicationAvailability availability, StateFunEngine engine) {
      super(availability);
      this.engine = engine;
    }

    @Override
    protected AvailabilityState getState(ApplicationAvailability availability) {
      return engine.status().state() == EngineStatus.State.FAILED
          ? LivenessState.BROKEN
          : super.getState(availability);
    }
  }

  /** Refuses while the engine cannot work, though the application could. */
  private static final class EngineReadiness extends ReadinessStateHealthIndicator {

    private final StateFunEngine engine;

    EngineReadiness(ApplicationAvailability availability, StateFunEngine engine) {
      super(availability);
      this.engine = engine;
    }

    @Override
    protected AvailabilityState getState(ApplicationAvailability availability) {
      return isReady(engine.status())
          ? super.getState(availability)
          : ReadinessState.REFUSING_TRAFFIC;
    }
  }

  static boolean isReady(EngineStatus status) {
    return switch (status.state()) {
      case RUNNING -> true;
      // A process that others need not is well, unless it is to take over and cannot, or not yet.
      case STANDBY -> status.failure() == null && status.standby().warmingUp() == 0;
      case NEW, STOPPED, FAILED -> false;
    };
  }
}
