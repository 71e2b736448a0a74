/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.test.docs.shop.Messages.Booked;

// tag::failure[]
@StatefulFunction("shop/ledger")
@OnFailure(maxAttempts = 8, initialBackoff = "200ms", maxBackoff = "5m", then = OnFailure.Then.STOP)
class LedgerFunction {

  @MessageHandler
  void on(Booked booked, @State("balance") ValueState<Long> balance) {
    balance.update(0L, before -> Math.addExact(before, booked.cents()));
  }
}
// end::failure[]
