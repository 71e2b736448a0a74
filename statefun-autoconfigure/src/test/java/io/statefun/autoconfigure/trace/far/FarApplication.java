/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace.far;

import io.opentelemetry.sdk.trace.SpanProcessor;
import io.statefun.autoconfigure.trace.CollectedSpans;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Has the function that is elsewhere for the other application. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class FarApplication {

  @Bean
  SpanProcessor spans() {
    return CollectedSpans.processor();
  }

  /** Gives it to the world. */
  @StatefulFunction("far/third")
  static class Third {

    @MessageHandler
    void on(Long number, Context context) {
      context.egress("trace/out", number);
    }
  }
}
