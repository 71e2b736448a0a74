/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.function.Awakeable;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.test.docs.shop.Messages.ApprovalMail;
import io.statefun.test.docs.shop.Messages.Decision;
import io.statefun.test.docs.shop.Messages.NobodyDecided;
import io.statefun.test.docs.shop.Messages.RefundAsked;
import java.time.Duration;

// tag::awakeable[]
@StatefulFunction("shop/refund")
class RefundFunction {

  @MessageHandler
  void on(RefundAsked asked, Context context) {
    Awakeable decision = context.awakeable(Decision.class, Duration.ofDays(3), new NobodyDecided());
    context.egress(
        "shop/mails", new ApprovalMail(asked.manager(), asked.cents(), decision.token()));
  }

  @MessageHandler
  void on(Decision decision, @State("status") ValueState<String> status) {
    status.set(decision.approved() ? "approved" : "rejected");
  }

  @MessageHandler
  void on(NobodyDecided late, @State("status") ValueState<String> status) {
    status.set("for the board");
  }
}
// end::awakeable[]
