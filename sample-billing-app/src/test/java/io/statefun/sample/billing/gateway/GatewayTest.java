/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.io.Egress.Delivery;
import io.statefun.io.Ingress.Split;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.sample.billing.fake.TestTypes;
import io.statefun.sample.billing.fake.TestTypes.Collected;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.PaymentRequest;
import io.statefun.sample.billing.payment.ProviderAnswer;
import io.statefun.sample.billing.payment.ProviderAnswer.Outcome;
import io.statefun.sample.billing.provider.PaymentProvider;
import io.statefun.sample.billing.provider.ProviderBehaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {

  private static final MessageType<PaymentRequest> REQUEST = TestTypes.of(PaymentRequest.class);
  private static final MessageType<ProviderAnswer> ANSWER = TestTypes.of(ProviderAnswer.class);

  private final Collected<ProviderAnswer> collected = new Collected<>(ANSWER);
  @TempDir private Path directory;
  private PaymentProvider provider;

  @BeforeEach
  void open() {
    provider =
        PaymentProvider.open(
            directory.resolve("ledger.log"),
            new ProviderBehaviour(0, Duration.ZERO, 7),
            InstantSource.system());
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void givenDeliveriesThenTheProviderHasThemWhenTheyAreAcknowledged() throws IOException {
    deliver(false, delivery("d1", "u1-p1"), delivery("d2", "u2-p1"));

    assertThat(ledger())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("REQUEST u1-p1 1 d1 500 "),
            line -> assertThat(line).startsWith("REQUEST u2-p1 1 d2 500 "));
  }

  @Test
  void givenADuplicateIsInjectedThenItIsOneOverAllRestarts() throws IOException {
    deliver(true, delivery("d1", "u1-p1"));
    provider.close();
    open();
    deliver(true, delivery("d1", "u1-p1"), delivery("d2", "u2-p1"));

    assertThat(ledger()).filteredOn(line -> line.startsWith("DUPLICATE")).hasSize(1);
  }

  @Test
  void givenAnswersThenEachBecomesAMessageToItsPaymentAndRequestsDoNot() {
    deliver(true, delivery("d1", "u1-p1"), delivery("d2", "u2-p1"));
    provider.answer();
    pollAll(open(null));

    assertThat(collected.messages())
        .containsExactly(
            new ProviderAnswer("u1-p1", 1, Outcome.DUPLICATE),
            new ProviderAnswer("u1-p1", 1, Outcome.PAID),
            new ProviderAnswer("u2-p1", 1, Outcome.PAID));
    assertThat(collected.targets().get(2).id()).isEqualTo("u2-p1");
  }

  @Test
  void givenAPositionThenAnswersBeforeItDoNotComeAgain() {
    deliver(false, delivery("d1", "u1-p1"), delivery("d2", "u2-p1"));
    provider.answer();
    Split split = open(null);
    split.poll(collected);
    byte[] position = split.position();
    provider.close();
    open();
    pollAll(open(position));

    assertThat(collected.messages())
        .extracting(ProviderAnswer::paymentId)
        .containsExactly("u1-p1", "u2-p1");
  }

  @Test
  void givenAnAnswerIsWrittenThenTheReaderIsWoken() {
    AtomicInteger wakeUps = new AtomicInteger();
    Split split = new ProviderAnswersIngress(provider, ANSWER).splits().get(0);
    split.open(null, wakeUps::incrementAndGet);
    assertThat(split.poll(collected)).isFalse();
    deliver(false, delivery("d1", "u1-p1"));
    provider.answer();

    assertThat(wakeUps.get()).isPositive();
    assertThat(split.poll(collected)).isTrue();
  }

  private Split open(byte @Nullable [] position) {
    Split split = new ProviderAnswersIngress(provider, ANSWER).splits().get(0);
    split.open(position, () -> {});
    return split;
  }

  private void pollAll(Split split) {
    boolean more = true;
    while (more) {
      more = split.poll(collected);
    }
  }

  private void deliver(boolean inject, Delivery... deliveries) {
    new PaymentProviderEgress(provider, REQUEST, Runnable::run, inject)
        .deliver(List.of(deliveries))
        .toCompletableFuture()
        .join();
  }

  private static Delivery delivery(String id, String paymentId) {
    return new Delivery(
        TypeName.parse(PaymentFunction.REQUESTS),
        id,
        TypedValue.of(REQUEST, new PaymentRequest(paymentId, 1, 500)),
        paymentId,
        Map.of());
  }

  private List<String> ledger() throws IOException {
    return Files.readAllLines(directory.resolve("ledger.log"));
  }
}
