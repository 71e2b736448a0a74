/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Functions elsewhere through which each numbered record goes in three steps, every tenth of them
 * in a fourth one after a delay. Each step counts what it gets and adds it up, and tells the topic.
 */
final class StepFunctions {

  /** Every so many records one goes to the last step. */
  static final int DELAYED = 10;

  /** How many instances of the third step there are, which many instances send to. */
  static final int TOTALS = 7;

  private StepFunctions() {}

  static List<Object> all() {
    return List.of(new First(), new Second(), new Total(), new Late());
  }

  /** The record of a number, as it comes from outside. */
  record Numbered(long number) {}

  /** The same, from one function to another. */
  record Passed(String key, long number) {}

  @StatefulFunction("crash/first")
  static class First {

    @MessageHandler
    void on(
        Numbered record,
        @State("count") ValueState<Long> count,
        @State("sum") ValueState<Long> sum,
        Context context) {
      String key = context.self().id();
      tell(context, "first", key, record.number(), count, sum);
      Passed passed = new Passed(key, record.number());
      context.send("crash/second", key, passed);
      if (record.number() % DELAYED == 0) {
        context.sendAfter(Duration.ofMillis(100), Address.of("crash/late", key), passed);
      }
    }
  }

  @StatefulFunction("crash/second")
  static class Second {

    @MessageHandler
    void on(
        Passed record,
        @State("count") ValueState<Long> count,
        @State("sum") ValueState<Long> sum,
        Context context) {
      tell(context, "second", record.key(), record.number(), count, sum);
      context.send("crash/total", "t" + Math.floorMod(record.key().hashCode(), TOTALS), record);
    }
  }

  @StatefulFunction("crash/total")
  static class Total {

    @MessageHandler
    void on(
        Passed record,
        @State("count") ValueState<Long> count,
        @State("sum") ValueState<Long> sum,
        Context context) {
      tell(context, "total", record.key(), record.number(), count, sum);
    }
  }

  @StatefulFunction("crash/late")
  static class Late {

    @MessageHandler
    void on(
        Passed record,
        @State("count") ValueState<Long> count,
        @State("sum") ValueState<Long> sum,
        Context context) {
      tell(context, "late", record.key(), record.number(), count, sum);
    }
  }

  private static void tell(
      Context context,
      String step,
      String key,
      long number,
      ValueState<Long> count,
      ValueState<Long> sum) {
    long newCount = count.getOrDefault(0L) + 1;
    long newSum = sum.getOrDefault(0L) + number;
    count.set(newCount);
    sum.set(newSum);
    String text = step + ' ' + key + ' ' + number + ' ' + newCount + ' ' + newSum;
    context.egress(
        EgressRecord.of(TypeName.of("crash", "out"), text.getBytes(StandardCharsets.UTF_8))
            .withKey(context.self().id()));
  }
}
