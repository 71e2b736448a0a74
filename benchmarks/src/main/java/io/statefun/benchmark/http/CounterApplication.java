/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.http;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.io.IOException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/** Counts over HTTP. Prints its port, and ends with its input. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class CounterApplication {

  /** What the line with the port begins with. */
  static final String PORT = "port ";

  /** Runs it. */
  public static void main(String[] arguments) throws IOException {
    SpringApplication.run(CounterApplication.class, arguments);
    while (System.in.read() >= 0) {
      Thread.onSpinWait();
    }
    System.exit(0);
  }

  @EventListener
  void started(WebServerInitializedEvent event) {
    System.out.println(PORT + event.getWebServer().getPort());
  }

  @Bean
  Counter counter() {
    return new Counter();
  }

  /** Adds, and answers with the sum. */
  @StatefulFunction("bench/counter")
  static final class Counter {

    @MessageHandler
    void on(Long more, @State("count") ValueState<Long> count, Context context) {
      long sum = count.getOrDefault(0L) + more;
      count.set(sum);
      context.reply(sum);
    }
  }
}
