/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.TypeName;
import java.time.Duration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Takes numbered records in two steps: a gate that sees whether they come in order and each once,
 * and an account that adds them up, every tenth of them after a delay; each step tells the topic.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class ChaosApplication {

  static final int DELAYED = 10;

  public static void main(String[] arguments) {
    SpringApplication.run(ChaosApplication.class, arguments);
  }

  /** The record of a number. */
  record Numbered(long number) {}

  /** The same, when it has passed the gate. */
  record Passed(long number) {}

  @Bean
  Gate gate() {
    return new Gate();
  }

  @Bean
  Account account() {
    return new Account();
  }

  @StatefulFunction("chaos/gate")
  static class Gate {

    @MessageHandler
    void on(Numbered record, @State("last") ValueState<Long> last, Context context) {
      long before = last.getOrDefault(0L);
      last.set(record.number());
      String id = context.self().id();
      emit(context, "gate", record.number() + " " + before);
      if (record.number() % DELAYED == 0) {
        context.sendAfter(
            Duration.ofMillis(200),
            io.statefun.message.Address.of("chaos/account", id),
            new Passed(record.number()));
      } else {
        context.send("chaos/account", id, new Passed(record.number()));
      }
    }
  }

  @StatefulFunction("chaos/account")
  static class Account {

    @MessageHandler
    void on(
        Passed record,
        @State("sum") ValueState<Long> sum,
        @State("count") ValueState<Long> count,
        Context context) {
      long newSum = sum.getOrDefault(0L) + record.number();
      long newCount = count.getOrDefault(0L) + 1;
      sum.set(newSum);
      count.set(newCount);
      emit(context, "account", record.number() + " " + newCount + " " + newSum);
    }
  }

  private static void emit(Context context, String step, String text) {
    context.egress(
        EgressRecord.of(TypeName.of("chaos", "out"), step + " " + text)
            .withKey(context.self().id()));
  }
}
