/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.upgrade;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.MessageTypeName;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * The next version of an application that counts: in another package, with other names, and with
 * one more function.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
public class NextCounterApplication {

  /** Something to count. Its class was moved. */
  @MessageTypeName("io.statefun.json/io.statefun.autoconfigure.kafka.CounterApplication$Hit")
  public record Hit(String page, int weight) {}

  record Total(String page, long sum, int count) {}

  record News(long sum) {}

  @Bean
  Tally tally() {
    return new Tally();
  }

  @Bean
  Press press() {
    return new Press();
  }

  @StatefulFunction(value = "test/tally", aliases = "test/counter")
  static class Tally {

    @MessageHandler
    void on(
        Hit hit,
        @State(value = "total", aliases = "sum") ValueState<Long> total,
        @State("count") ValueState<Integer> count,
        Context context) {
      total.update(0L, before -> before + hit.weight());
      count.update(0, before -> before + 1);
      String id = context.self().id();
      long sum = total.getOrDefault(0L);
      context.egress("test/totals", new Total("next-" + id, sum, count.getOrDefault(0)));
      context.send("test/press", id, new News(sum));
    }
  }

  @StatefulFunction("test/press")
  static class Press {

    @MessageHandler
    void on(News news, Context context) {
      context.egress("test/totals", new Total("news-" + context.self().id(), news.sum(), 0));
    }
  }
}
