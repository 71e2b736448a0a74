/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.statefun.engine.FunctionMeter;
import io.statefun.engine.StateFunEngine;
import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;

/** Reads what the engine has counted for each function. */
record FunctionMetrics(StateFunEngine engine) implements MeterBinder {

  private static final String FUNCTION = "function";

  @Override
  public void bindTo(MeterRegistry registry) {
    engine.functions().forEach(function -> bind(function, registry));
  }

  private static void bind(FunctionMeter function, MeterRegistry registry) {
    FunctionCounter.builder("statefun.invocations", function, FunctionMeter::handled)
        .description("The number of messages that functions have handled")
        .tag(FUNCTION, function.name())
        .tag("outcome", "success")
        .register(registry);
    FunctionCounter.builder("statefun.invocations", function, FunctionMeter::failed)
        .description("The number of messages that functions have handled")
        .tag(FUNCTION, function.name())
        .tag("outcome", "failure")
        .register(registry);
    FunctionCounter.builder("statefun.retries", function, FunctionMeter::retries)
        .description("The number of failed attempts after which another one was to follow")
        .tag(FUNCTION, function.name())
        .register(registry);
    FunctionCounter.builder("statefun.deadletters", function, FunctionMeter::deadLetters)
        .description("The number of messages and records that went to the dead letters")
        .tag(FUNCTION, function.name())
        .register(registry);
    if (function.isLocal()) {
      bindDurations(function, registry);
    }
  }

  private static void bindDurations(FunctionMeter function, MeterRegistry registry) {
    FunctionTimer.builder(
            "statefun.invocation.duration",
            function,
            FunctionMeter::measured,
            FunctionMeter::nanos,
            TimeUnit.NANOSECONDS)
        .description("The time that functions of this process take to handle a message")
        .tag(FUNCTION, function.name())
        .register(registry);
    for (long bound : FunctionMeter.bounds()) {
      bindBucket(
          function,
          BigDecimal.valueOf(bound, 9).stripTrailingZeros().toPlainString(),
          bound,
          registry);
    }
    bindBucket(function, "+Inf", Long.MAX_VALUE, registry);
  }

  private static void bindBucket(
      FunctionMeter function, String le, long bound, MeterRegistry registry) {
    FunctionCounter.builder(
            "statefun.invocation.duration.histogram", function, counted -> counted.within(bound))
        .description("The number of invocations that took at most so many seconds")
        .tag(FUNCTION, function.name())
        .tag("le", le)
        .register(registry);
  }
}
