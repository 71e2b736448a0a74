/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.elsewhere;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;

/** Greets, and counts how often. Not in the package of an application, which would find it. */
@StatefulFunction("elsewhere/greeter")
public class Greeter {

  @MessageHandler
  void on(String name, @State("times") ValueState<Integer> times, Context context) {
    times.update(0, before -> before + 1);
    context.reply("Hello " + name + ", for the " + times.getOrDefault(0) + ". time");
  }
}
