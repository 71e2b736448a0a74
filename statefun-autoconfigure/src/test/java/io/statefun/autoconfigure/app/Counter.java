/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.app;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.time.ZoneOffset;

/** A function found by scanning, with a constructor argument. */
@StatefulFunction("test/counter")
class Counter {

  private final Step step;

  Counter(Step step) {
    this.step = step;
  }

  @MessageHandler
  void on(Messages.Add add, @State("sum") ValueState<Long> sum, Context context) {
    sum.update(0L, value -> value + step.factor() * add.amount());
    context.egress("test/out", new Messages.Sum(context.self().id(), sum.getOrDefault(0L)));
  }

  @MessageHandler
  void on(Messages.Read read, @State("sum") ValueState<Long> sum, Context context) {
    context.reply(new Messages.Sum(context.self().id(), sum.getOrDefault(0L)));
  }

  @MessageHandler
  void on(Messages.Silence silence) {}

  @MessageHandler
  void on(Messages.Nightly nightly, Context context) {
    context.reminders().cron("nightly", "0 0 3 * * *", ZoneOffset.UTC, nightly);
    context.reply(context.reminders().list().get(0).next().toString());
  }

  @MessageHandler
  void on(Messages.Fail fail) {
    throw new IllegalStateException("as told");
  }

  @MessageHandler
  void on(Messages.Named named, Context context) {
    context.egress("test/out", named);
  }
}
