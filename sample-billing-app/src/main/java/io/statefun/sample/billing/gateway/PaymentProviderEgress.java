/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.gateway;

import io.statefun.io.Egress;
import io.statefun.message.MessageType;
import io.statefun.sample.billing.payment.PaymentRequest;
import io.statefun.sample.billing.provider.ChargeRequest;
import io.statefun.sample.billing.provider.PaymentProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Takes payment requests to the provider. The delivery id goes with each, so that the provider can
 * tell a request that is delivered again from one that was made twice.
 */
public final class PaymentProviderEgress implements Egress {

  static final String INJECTED = "injected-duplicate";

  private final PaymentProvider provider;
  private final MessageType<PaymentRequest> type;
  private final Executor executor;
  private final boolean injectDuplicate;

  /**
   * @param provider who gets the requests
   * @param type how a request is read
   * @param executor a single thread, which may wait for the disk
   * @param injectDuplicate whether one request, once, is made twice, to see it found
   */
  public PaymentProviderEgress(
      PaymentProvider provider,
      MessageType<PaymentRequest> type,
      Executor executor,
      boolean injectDuplicate) {
    this.provider = provider;
    this.type = type;
    this.executor = executor;
    this.injectDuplicate = injectDuplicate;
  }

  @Override
  public CompletionStage<?> deliver(List<Delivery> batch) {
    return CompletableFuture.runAsync(() -> provider.receive(requests(batch)), executor);
  }

  private List<ChargeRequest> requests(List<Delivery> batch) {
    List<ChargeRequest> requests = new ArrayList<>(batch.size() + 1);
    for (Delivery delivery : batch) {
      requests.add(request(delivery.id(), delivery.value().as(type)));
    }
    if (injectDuplicate && !requests.isEmpty() && !provider.hasSeen(INJECTED)) {
      requests.add(request(INJECTED, batch.get(0).value().as(type)));
    }
    return requests;
  }

  private static ChargeRequest request(String deliveryId, PaymentRequest request) {
    return new ChargeRequest(
        deliveryId, request.paymentId(), request.attempt(), request.amountCents());
  }
}
