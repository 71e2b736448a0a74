/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** An application that counts, and whose jar knows the command. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class CountingApplication {

  record Add(long amount) {}

  record Read() {}

  record Sum(long sum) {}

  public static void main(String[] arguments) {
    SpringApplication.run(CountingApplication.class, arguments);
  }

  @Bean
  Counter counter() {
    return new Counter();
  }

  @StatefulFunction("test/counter")
  static class Counter {

    @MessageHandler
    void on(Add add, @State("sum") ValueState<Long> sum) {
      sum.update(0L, value -> value + add.amount());
    }

    @MessageHandler
    void on(Read read, @State("sum") ValueState<Long> sum, Context context) {
      context.reply(new Sum(sum.getOrDefault(0L)));
    }
  }
}
