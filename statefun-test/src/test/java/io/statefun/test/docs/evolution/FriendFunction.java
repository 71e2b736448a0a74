/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.evolution;

import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;

// tag::renamed-again[]
@StatefulFunction(
    value = "shop/friend",
    aliases = {"shop/client", "shop/member"})
class FriendFunction {
  // end::renamed-again[]

  @MessageHandler
  void on(
      PointsEarned earned, @State(value = "points", aliases = "bonus") ValueState<Long> points) {
    points.update(0L, before -> before + earned.points());
  }
}
