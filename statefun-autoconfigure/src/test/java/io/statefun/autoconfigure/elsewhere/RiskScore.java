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
import io.statefun.message.MessageTypeName;

/** Says how risky payments are. */
@StatefulFunction("risk/score")
public class RiskScore {

  /** A payment that somebody wants. */
  @MessageTypeName("risk/question")
  public record Question(String payment, long cents) {}

  /** How risky it is. */
  @MessageTypeName("risk/answer")
  public record Answer(double risk) {}

  @MessageHandler
  void on(Question question, @State("asked") ValueState<Integer> asked, Context context) {
    asked.update(0, before -> before + 1);
    context.reply(new Answer(question.cents() / 100_000.0));
  }
}
