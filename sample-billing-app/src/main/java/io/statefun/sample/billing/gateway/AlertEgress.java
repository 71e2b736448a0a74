/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.gateway;

import io.statefun.io.Egress;
import io.statefun.message.MessageType;
import io.statefun.sample.billing.payment.Alert;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes alerts into the log. After a crash the last ones may appear there again. */
public final class AlertEgress implements Egress {

  private static final Logger log = LoggerFactory.getLogger(AlertEgress.class);

  private final MessageType<Alert> type;

  /**
   * @param type how an alert is read
   */
  public AlertEgress(MessageType<Alert> type) {
    this.type = type;
  }

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    for (Delivery delivery : batch) {
      Alert alert = delivery.value().as(type);
      log.warn("{}: payment {}. {}", alert.kind(), alert.paymentId(), alert.text());
    }
    return CompletableFuture.completedFuture(null);
  }
}
