/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.time.Instant;
import java.util.function.LongFunction;

/** The functions of the runs with millions of instances. */
final class ScaleFunctions {

  static final String SOURCE = "scale/source";
  static final String TARGET = "scale/target";
  static final String SLEEPER = "scale/sleeper";
  static final String REPORTS = "scale/reports";

  private static final TypeName REPORT = TypeName.parse(REPORTS);

  private ScaleFunctions() {}

  /** Has an instance send one message to each of so many others. */
  record FanOut(int targets) {}

  /** Asks an instance how often it was reached. */
  record ReadCount() {}

  /** Changes nothing. */
  record Nothing() {}

  /** Wakes an instance. */
  record WakeUp() {}

  /** Sends one message to each of many instances. */
  @StatefulFunction(SOURCE)
  static final class Source {

    private static final TypeName TARGETS = TypeName.parse(TARGET);

    @MessageHandler
    void on(FanOut order, Context context) {
      for (long target = 0; target < order.targets(); target++) {
        context.send(Address.of(TARGETS, Long.toString(target)), target);
      }
    }
  }

  /** Counts, and reports its number when it is reached for the first time. */
  @StatefulFunction(TARGET)
  static final class Target {

    @MessageHandler
    void on(Long number, @State("count") ValueState<Long> count, Context context) {
      long now = count.getOrDefault(0L) + 1;
      count.set(now);
      context.egress(EgressRecord.of(REPORT, now == 1 ? number : -number - 1));
    }

    @MessageHandler
    void on(ReadCount read, @State("count") ValueState<Long> count, Context context) {
      context.reply(count.getOrDefault(0L));
    }
  }

  /** Sleeps until its time has come, then reports its number. */
  @StatefulFunction(SLEEPER)
  static final class Sleeper {

    private final LongFunction<Instant> due;

    Sleeper(LongFunction<Instant> due) {
      this.due = due;
    }

    @MessageHandler
    void on(Long number, @State("number") ValueState<Long> sleeping, Context context) {
      sleeping.set(number);
      context.sendAt(due.apply(number), context.self(), new WakeUp());
    }

    @MessageHandler
    void on(Nothing nothing) {}

    @MessageHandler
    void on(WakeUp wakeUp, @State("number") ValueState<Long> sleeping, Context context) {
      long number = sleeping.getOrDefault(-1L);
      boolean good = number >= 0 && !context.now().isBefore(due.apply(number));
      sleeping.set(-1L);
      context.egress(EgressRecord.of(REPORT, good ? number : -1L));
    }
  }
}
