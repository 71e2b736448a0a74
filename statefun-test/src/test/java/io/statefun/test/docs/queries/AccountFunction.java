/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.queries;

import io.statefun.function.MessageHandler;
import io.statefun.function.QueryHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;

// tag::handler[]
@StatefulFunction("bank/account")
class AccountFunction {

  @MessageHandler
  void on(Deposit deposit, @State("balance") ValueState<Balance> balance) {
    balance.update(Balance.NOTHING, before -> before.plus(deposit.amount()));
  }

  @QueryHandler
  Balance on(GetBalance query, @State("balance") ValueState<Balance> balance) {
    return balance.getOrDefault(Balance.NOTHING);
  }
}

// end::handler[]
