/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.evolution;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;

// tag::renamed[]
@StatefulFunction(value = "shop/member", aliases = "shop/client")
class MemberFunction {

  @MessageHandler
  void on(
      PointsEarned earned,
      @State(value = "points", aliases = "bonus") ValueState<Long> points,
      Context context) {
    points.update(0L, before -> before + earned.points());
    context.send("shop/club", "gold", new Standing(context.self(), points.getOrDefault(0L)));
  }
}
// end::renamed[]
