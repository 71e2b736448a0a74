/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.gateway;

import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.sample.billing.lines.LineReader;
import io.statefun.sample.billing.lines.LineSplit;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.ProviderAnswer;
import io.statefun.sample.billing.payment.ProviderAnswer.Outcome;
import io.statefun.sample.billing.provider.Ledger;
import io.statefun.sample.billing.provider.LedgerEntry;
import io.statefun.sample.billing.provider.PaymentProvider;
import java.util.List;

/**
 * Brings the provider's answers to the payments, from the provider's ledger. As the position in the
 * ledger is committed together with what an answer caused, no crash loses an answer or repeats one.
 */
public final class ProviderAnswersIngress implements Ingress {

  private static final TypeName NAME = TypeName.parse("billing/provider-answers");
  private static final TypeName PAYMENT = TypeName.parse(PaymentFunction.TYPE);
  private static final TypeName RAW = TypeName.parse("billing/ledger-line");

  private final MessageType<ProviderAnswer> type;
  private final LineSplit split;

  /**
   * @param provider whose answers are read
   * @param type how an answer is written
   */
  public ProviderAnswersIngress(PaymentProvider provider, MessageType<ProviderAnswer> type) {
    Ledger ledger = provider.ledger();
    this.type = type;
    this.split = new LineSplit("ledger", ledger.file(), ledger::length, this::handle);
    provider.onGrowth(split::wakeUpIfGrown);
  }

  @Override
  public TypeName name() {
    return NAME;
  }

  @Override
  public List<Split> splits() {
    return List.of(split);
  }

  @Override
  public void close() {
    split.close();
  }

  private boolean handle(LineReader.Line line, Collector out) {
    try {
      LedgerEntry entry = LedgerEntry.parse(line.text());
      if (!entry.kind().isAnswer()) {
        return false;
      }
      Outcome outcome = Outcome.valueOf(entry.kind().name());
      ProviderAnswer answer = new ProviderAnswer(entry.paymentId(), entry.attempt(), outcome);
      out.send(Address.of(PAYMENT, entry.paymentId()), TypedValue.of(type, answer));
    } catch (IllegalArgumentException e) {
      out.reject("ledger, offset " + line.offset(), TypedValue.ofBytes(RAW, line.bytes()), e);
    }
    return true;
  }
}
