/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace.near;

import io.opentelemetry.sdk.trace.SpanProcessor;
import io.statefun.autoconfigure.trace.CollectedSpans;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Sends an event from function to function, the last of which is elsewhere. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class NearApplication {

  private static final Map<String, String> LOGGED = new ConcurrentHashMap<>();

  /** Trace and span that what is logged of a page's visit is in. */
  public static @Nullable String logged(String page) {
    return LOGGED.get(page);
  }

  /** An event. */
  public record Visit(String page, long delayMillis) {}

  @Bean
  SpanProcessor spans() {
    return CollectedSpans.processor();
  }

  /** Sends it on, now or later. */
  @StatefulFunction("trace/first")
  static class First {

    @MessageHandler
    void on(Visit visit, Context context) {
      LOGGED.put(visit.page(), MDC.get("traceId") + "-" + MDC.get("spanId"));
      if (visit.page().isEmpty()) {
        throw new IllegalArgumentException("A visit of nothing");
      }
      if (context.caller() != null) {
        context.reply("seen");
      }
      if (visit.delayMillis() > 0) {
        context.sendAfter(
            Duration.ofMillis(visit.delayMillis()), Address.of("trace/second", visit.page()), 1L);
      } else {
        context.send("trace/second", visit.page(), 1L);
      }
    }
  }

  /** Has it counted elsewhere, and tells the world. */
  @StatefulFunction("trace/second")
  static class Second {

    @MessageHandler
    void on(Long number, Context context) {
      context.send("far/third", context.self().id(), number);
    }
  }
}
