/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.serving;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.time.Duration;

/** Greets people, and misses them. */
// tag::function[]
@StatefulFunction("hello/greeter")
class GreeterFunction {

  @MessageHandler
  void on(
      Greet greet,
      @State(value = "visits", expireAfterAccess = "30d") ValueState<Integer> visits,
      Context context) {
    visits.update(0, before -> before + 1);
    context.egress("hello/greetings", "Hello " + greet.name() + ", visit " + visits.get());
    context.sendAfter(Duration.ofDays(7), context.self(), "miss you");
  }

  @MessageHandler
  void on(String reminder, Context context) {
    context.egress("hello/greetings", context.self().id() + ", we " + reminder);
  }
}

// end::function[]
