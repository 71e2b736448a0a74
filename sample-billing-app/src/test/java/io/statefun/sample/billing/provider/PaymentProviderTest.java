/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.sample.billing.provider.LedgerEntry.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaymentProviderTest {

  private static final Duration DELAY = Duration.ofSeconds(10);

  @TempDir private Path directory;
  private Path file;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private PaymentProvider provider;

  @BeforeEach
  void open() {
    file = directory.resolve("provider").resolve("ledger.log");
    provider = open(0);
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void givenARequestThenTheAnswerComesLater() {
    receive("d1", "u1-p1", 1);
    assertThat(provider.answer()).isZero();
    assertThat(kinds()).containsExactly(Kind.REQUEST);

    later();
    assertThat(provider.answer()).isEqualTo(1);
    assertThat(provider.answer()).isZero();
    assertThat(kinds()).containsExactly(Kind.REQUEST, Kind.PAID);
  }

  @Test
  void givenARequestIsDeliveredAgainThenItIsHarmlessAlsoAfterARestart() {
    receive("d1", "u1-p1", 1);
    receive("d1", "u1-p1", 1);
    restart(0);
    receive("d1", "u1-p1", 1);
    later();

    assertThat(provider.answer()).isEqualTo(1);
    assertThat(kinds())
        .containsExactly(Kind.REQUEST, Kind.REDELIVERED, Kind.REDELIVERED, Kind.PAID);
  }

  @Test
  void givenAnAttemptUnderAnotherDeliveryIdThenItIsADuplicateAlsoAfterARestart() {
    receive("d1", "u1-p1", 1);
    restart(0);
    receive("d2", "u1-p1", 1);
    later();
    provider.answer();
    receive("d3", "u1-p1", 1);
    receive("d4", "u1-p1", 2);

    assertThat(kinds())
        .containsExactly(Kind.REQUEST, Kind.DUPLICATE, Kind.PAID, Kind.DUPLICATE, Kind.DUPLICATE);
  }

  @Test
  void givenADuplicateIsDeliveredAgainThenThatIsARedelivery() {
    receive("d1", "u1-p1", 1);
    receive("d2", "u1-p1", 1);
    restart(0);
    receive("d2", "u1-p1", 1);

    assertThat(kinds()).containsExactly(Kind.REQUEST, Kind.DUPLICATE, Kind.REDELIVERED);
  }

  @Test
  void givenTwoRequestsUnderOneDeliveryIdThenTheSecondIsAConflict() {
    receive("d1", "u1-p1", 1);
    receive("d1", "u2-p1", 1);

    assertThat(kinds()).containsExactly(Kind.REQUEST, Kind.CONFLICT);
  }

  @Test
  void givenADeclinedAttemptThenTheNextIsTakenAndTheOneAfterIsNot() {
    provider.close();
    provider = open(1);
    receive("d1", "u1-p1", 1);
    later();
    provider.answer();
    receive("d2", "u1-p1", 2);
    receive("d3", "u1-p1", 3);

    assertThat(kinds()).containsExactly(Kind.REQUEST, Kind.DECLINED, Kind.REQUEST, Kind.DUPLICATE);
  }

  @Test
  void givenARestartBeforeTheAnswerThenTheAnswerComesAllTheSame() {
    receive("d1", "u1-p1", 1);
    restart(0);
    assertThat(provider.answer()).isZero();
    later();

    assertThat(provider.answer()).isEqualTo(1);
    restart(0);
    later();
    assertThat(provider.answer()).as("answered before the restart").isZero();
  }

  @Test
  void givenTheLastLineWasCutOffThenTheLedgerGoesOnBeforeIt() throws IOException {
    receive("d1", "u1-p1", 1);
    provider.close();
    Files.writeString(file, "PAID u1-p1 1 d1 5", StandardOpenOption.APPEND);
    provider = open(0);
    receive("d2", "u2-p1", 1);

    assertThat(kinds()).containsExactly(Kind.REQUEST, Kind.REQUEST);
  }

  @Test
  void givenALineIsNotOneOfTheLedgerThenItDoesNotOpen() throws IOException {
    provider.close();
    Files.writeString(file, "PAID u1-p1\n");

    assertThatThrownBy(() -> open(0)).hasMessageContaining("Not a line of the ledger");
    Files.writeString(file, "");
  }

  @Test
  void givenTheSameAttemptThenTheDecisionIsTheSameAndNotAlwaysTheSame() {
    ProviderBehaviour behaviour = new ProviderBehaviour(0.3, DELAY, 7);
    int declined = 0;
    for (int i = 0; i < 10_000; i++) {
      boolean decision = behaviour.declines("u" + i + "-p1", 1);
      assertThat(behaviour.declines("u" + i + "-p1", 1)).isEqualTo(decision);
      declined += decision ? 1 : 0;
    }
    assertThat(declined).isBetween(2_700, 3_300);
    assertThat(behaviour.delayMs("u1-p1", 1)).isBetween(5_000L, 15_000L);
  }

  @Test
  void givenAnAnswerNobodyAskedForThenItIsInTheLedgerOnce() {
    provider.answerUnasked("ghost-p1");
    restart(0);
    provider.answerUnasked("ghost-p1");

    assertThat(kinds()).containsExactly(Kind.PAID);
  }

  @Test
  void givenTheLedgerGrowsThenListenersAreTold() {
    AtomicInteger told = new AtomicInteger();
    provider.onGrowth(told::incrementAndGet);
    receive("d1", "u1-p1", 1);
    provider.answer();
    assertThat(told).hasValue(1);
    later();
    provider.answer();

    assertThat(told).hasValue(2);
  }

  @Test
  void givenADeliveryIdWithSpacesThenTheLineCanStillBeRead() {
    LedgerEntry entry = new LedgerEntry(Kind.REQUEST, "u 1", 1, "a b\n%", 500, 3);

    assertThat(entry.line()).doesNotContain("\n");
    assertThat(LedgerEntry.parse(entry.line())).isEqualTo(entry);
  }

  private PaymentProvider open(double declineRate) {
    InstantSource clock = () -> now;
    return PaymentProvider.open(file, new ProviderBehaviour(declineRate, DELAY, 7), clock);
  }

  private void restart(double declineRate) {
    provider.close();
    provider = open(declineRate);
  }

  private void receive(String deliveryId, String paymentId, int attempt) {
    provider.receive(List.of(new ChargeRequest(deliveryId, paymentId, attempt, 500)));
  }

  private void later() {
    now = now.plus(DELAY.multipliedBy(2));
  }

  private List<Kind> kinds() {
    try {
      return Files.readAllLines(file).stream()
          .map(LedgerEntry::parse)
          .map(LedgerEntry::kind)
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
