/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import io.statefun.sample.billing.fake.FakeContext;
import io.statefun.sample.billing.fake.FakeContext.Delayed;
import io.statefun.sample.billing.fake.FakeValueState;
import io.statefun.sample.billing.payment.ProviderAnswer.Outcome;
import io.statefun.sample.billing.totals.Count;
import io.statefun.sample.billing.totals.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PaymentFunctionTest {

  private static final String ID = "u42-p3";
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final PaymentFunction function =
      new PaymentFunction(new RetryPolicy(3, Duration.ofSeconds(1)));
  private final FakeValueState<Payment> state = new FakeValueState<>();
  private final FakeContext context = new FakeContext(Address.of(PaymentFunction.TYPE, ID), NOW);

  @Test
  void givenAPaymentIsDueThenTheProviderIsAsked() {
    due();

    assertThat(requests()).containsExactly(new PaymentRequest(ID, 1, 500));
    assertThat(context.egress().get(0).key()).isEqualTo(ID);
    assertThat(payment().status()).isEqualTo(PaymentStatus.REQUESTED);
  }

  @Test
  void givenItIsPaidThenItHasSucceededAndTheUserIsTold() {
    due();
    answer(1, Outcome.PAID);

    assertThat(payment().status()).isEqualTo(PaymentStatus.SUCCEEDED);
    assertThat(context.sent())
        .containsExactly(
            new FakeContext.Sent(Address.of("billing/totals", "all"), new Tally(Count.PAID)),
            new FakeContext.Sent(Address.of("billing/user", "42"), new PaymentSettled(ID, true)));
  }

  @Test
  void givenItIsDeclinedThenItIsAskedForAgainAfterAPauseThatGrows() {
    due();
    answer(1, Outcome.DECLINED);
    retry(2);
    answer(2, Outcome.DECLINED);

    assertThat(context.delayed())
        .containsExactly(
            new Delayed(NOW.plusSeconds(1), context.self(), new RetryPayment(2), null),
            new Delayed(NOW.plusSeconds(2), context.self(), new RetryPayment(3), null));
    assertThat(requests())
        .containsExactly(new PaymentRequest(ID, 1, 500), new PaymentRequest(ID, 2, 500));
    assertThat(payment().status()).isEqualTo(PaymentStatus.DECLINED);
  }

  @Test
  void givenItIsDeclinedAsOftenAsIsAllowedThenItIsGivenUp() {
    due();
    answer(1, Outcome.DECLINED);
    retry(2);
    answer(2, Outcome.DECLINED);
    retry(3);
    answer(3, Outcome.DECLINED);

    assertThat(payment().status()).isEqualTo(PaymentStatus.GIVEN_UP);
    assertThat(alerts()).containsExactly(Alert.Kind.GIVEN_UP);
    assertThat(context.sent(PaymentSettled.class)).containsExactly(new PaymentSettled(ID, false));
    assertThat(counts()).containsExactly(Count.RETRIED, Count.RETRIED, Count.GIVEN_UP);
  }

  @Test
  void givenAnAnswerComesTwiceThenTheSecondChangesNothingAndRaisesAnAlert() {
    due();
    answer(1, Outcome.PAID);
    answer(1, Outcome.PAID);

    assertThat(context.sent(PaymentSettled.class)).hasSize(1);
    assertThat(alerts()).containsExactly(Alert.Kind.DUPLICATE);
    assertThat(counts()).containsExactly(Count.PAID, Count.DUPLICATES);
  }

  @Test
  void givenTheProviderRefusedADuplicateRequestThenThePaymentGoesOnAndAnAlertIsRaised() {
    due();
    answer(1, Outcome.DUPLICATE);

    assertThat(payment().status()).isEqualTo(PaymentStatus.REQUESTED);
    assertThat(alerts()).containsExactly(Alert.Kind.DUPLICATE);
  }

  @Test
  void givenAnAnswerToAPaymentNobodyAskedForThenItIsUnknown() {
    answer(1, Outcome.PAID);

    assertThat(state.get()).isNull();
    assertThat(alerts()).containsExactly(Alert.Kind.UNKNOWN);
    assertThat(counts()).containsExactly(Count.UNKNOWN);
  }

  @Test
  void givenAPaymentIsDueTwiceThenTheProviderIsAskedOnce() {
    due();
    due();

    assertThat(requests()).hasSize(1);
    assertThat(alerts()).containsExactly(Alert.Kind.DUPLICATE);
  }

  @Test
  void givenARetryThatIsNotNextThenNothingHappens() {
    due();
    answer(1, Outcome.DECLINED);
    retry(3);
    retry(2);
    retry(2);

    assertThat(requests()).hasSize(2);
  }

  @Test
  void givenManyAttemptsThenThePauseStopsGrowing() {
    RetryPolicy retries = new RetryPolicy(100, Duration.ofSeconds(1));

    assertThat(retries.pauseAfter(5)).isEqualTo(Duration.ofSeconds(16));
    assertThat(retries.pauseAfter(99)).isEqualTo(Duration.ofSeconds(16));
  }

  @Test
  void givenAQueryThenThePaymentIsShown() {
    due();
    function.on(new PaymentQuery(ID), state, context);

    assertThat(context.sent())
        .containsExactly(new FakeContext.Sent(FakeContext.CALLER, new PaymentView(ID, payment())));
  }

  private void due() {
    function.on(new PaymentDue("42", 3, 500), state, context);
  }

  private void answer(int attempt, Outcome outcome) {
    function.on(new ProviderAnswer(ID, attempt, outcome), state, context);
  }

  private void retry(int attempt) {
    function.on(new RetryPayment(attempt), state, context);
  }

  private Payment payment() {
    return Objects.requireNonNull(state.get());
  }

  private List<Object> requests() {
    return context.egress().stream()
        .map(EgressRecord::value)
        .filter(PaymentRequest.class::isInstance)
        .toList();
  }

  private List<Alert.Kind> alerts() {
    return context.egress().stream()
        .map(EgressRecord::value)
        .filter(Alert.class::isInstance)
        .map(alert -> ((Alert) alert).kind())
        .toList();
  }

  private List<Count> counts() {
    return context.sent(Tally.class).stream().map(Tally::count).toList();
  }
}
