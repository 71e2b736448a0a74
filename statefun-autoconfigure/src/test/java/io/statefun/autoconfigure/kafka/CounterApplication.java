/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.TypeName;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Counts what comes for each id, and tells how many it has. */
@SpringBootConfiguration
@EnableAutoConfiguration
class CounterApplication {

  /** Something to count. */
  record Hit(String page, int weight) {}

  /** How much there is. */
  record Total(String page, long sum, int count) {}

  public static void main(String[] arguments) {
    SpringApplication.run(CounterApplication.class, arguments);
  }

  @Bean
  Counter counter() {
    return new Counter();
  }

  @StatefulFunction("test/counter")
  static class Counter {

    private static final TypeName TOTALS = TypeName.of("test", "totals");

    @MessageHandler
    void on(
        Hit hit,
        @State("sum") ValueState<Long> sum,
        @State("count") ValueState<Integer> count,
        Context context) {
      long newSum = sum.getOrDefault(0L) + hit.weight();
      int newCount = count.getOrDefault(0) + 1;
      sum.set(newSum);
      count.set(newCount);
      Map<String, byte[]> headers = new HashMap<>(context.headers());
      Total total = new Total(context.self().id(), newSum, newCount);
      context.egress(new EgressRecord(TOTALS, total, context.self().id(), headers));
    }
  }
}
