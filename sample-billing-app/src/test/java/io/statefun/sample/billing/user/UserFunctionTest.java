/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.CancellationToken;
import io.statefun.message.Address;
import io.statefun.sample.billing.fake.FakeContext;
import io.statefun.sample.billing.fake.FakeContext.Delayed;
import io.statefun.sample.billing.fake.FakeValueState;
import io.statefun.sample.billing.payment.PaymentDue;
import io.statefun.sample.billing.payment.PaymentSettled;
import io.statefun.sample.billing.totals.Count;
import io.statefun.sample.billing.totals.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UserFunctionTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final CancellationToken NEXT = CancellationToken.of("next-payment");

  private final UserFunction function = new UserFunction(new BillingCalendar(PERIOD, 6));
  private final FakeValueState<UserAccount> state = new FakeValueState<>();
  private final FakeContext context = new FakeContext(Address.of(UserFunction.TYPE, "42"), START);

  @Test
  void givenAnActiveRowWithOpenPeriodsThenTheNextPaymentIsScheduledAndNothingIsDue() {
    change(1, active(BillingInterval.MONTHLY, 0));

    assertThat(scheduled()).isEqualTo(new Delayed(endOf(1), self(), new PeriodEnded(1, 1), NEXT));
    assertThat(due()).isEmpty();
  }

  @Test
  void givenARowThatClosesPeriodsThenTheirPaymentsAreDueAtTheirEnds() {
    change(1, active(BillingInterval.MONTHLY, 2));

    assertThat(context.delayed())
        .contains(
            new Delayed(endOf(1), payment(1), new PaymentDue("42", 1, 500), null),
            new Delayed(endOf(2), payment(2), new PaymentDue("42", 2, 500), null));
    assertThat(scheduled().message()).isEqualTo(new PeriodEnded(3, 1));
    assertThat(context.sent(Tally.class))
        .containsExactly(new Tally(Count.USERS), new Tally(Count.DUE), new Tally(Count.DUE));
  }

  @Test
  void givenTheIntervalChangesThenTheScheduledPaymentIsMoved() {
    change(1, active(BillingInterval.MONTHLY, 0));
    change(2, active(BillingInterval.QUARTERLY, 0));

    assertThat(scheduled().time()).isEqualTo(endOf(3));
    assertThat(context.delayed()).hasSize(1);
  }

  @Test
  void givenTheSubscriptionIsPausedThenTheScheduledPaymentIsCancelled() {
    change(1, active(BillingInterval.MONTHLY, 0));
    change(2, row(SubscriptionStatus.PAUSED, BillingInterval.MONTHLY, 6));

    assertThat(context.delayed()).isEmpty();
    assertThat(due()).isEmpty();
  }

  @Test
  void givenARowChangesThenPeriodsClosedBeforeStayAsTheyWere() {
    change(1, active(BillingInterval.MONTHLY, 2));
    change(2, row(SubscriptionStatus.CANCELLED, BillingInterval.MONTHLY, 6));

    assertThat(due()).containsExactly("u42-p1", "u42-p2");
  }

  @Test
  void givenADeleteThenOpenPeriodsAreCancelledAndClosedOnesStay() {
    change(1, active(BillingInterval.MONTHLY, 1));
    change(2, null);

    assertThat(context.delayed()).hasSize(1);
    assertThat(due()).containsExactly("u42-p1");
  }

  @Test
  void givenATombstoneWithoutVersionThenTheScheduledPaymentIsCancelled() {
    change(1, active(BillingInterval.MONTHLY, 0));
    function.on(new UserChange("42", null, null), state, context);

    assertThat(context.delayed()).isEmpty();
  }

  @Test
  void givenAStaleOrRepeatedChangeThenNothingHappensButACount() {
    change(5, active(BillingInterval.QUARTERLY, 0));
    UserAccount before = state.get();
    change(5, active(BillingInterval.MONTHLY, 6));
    change(4, active(BillingInterval.MONTHLY, 6));

    assertThat(state.get()).isEqualTo(before);
    assertThat(due()).isEmpty();
    assertThat(context.sent(Tally.class))
        .containsExactly(
            new Tally(Count.USERS), new Tally(Count.STALE_CHANGES), new Tally(Count.STALE_CHANGES));
  }

  @Test
  void givenALateTombstoneOfAnEarlierDeleteThenTheRecreatedUserStays() {
    change(1, active(BillingInterval.MONTHLY, 0));
    change(2, null);
    change(3, active(BillingInterval.MONTHLY, 0));
    function.on(new UserChange("42", new Version(2, 0), null), state, context);

    assertThat(scheduled().message()).isEqualTo(new PeriodEnded(1, 3));
  }

  @Test
  void givenAPeriodEndsBeforeItIsClosedThenThePaymentWaitsForTheChangeThatClosesIt() {
    change(1, active(BillingInterval.MONTHLY, 0));
    context.setNow(endOf(2));
    function.on(new PeriodEnded(1, 1), state, context);
    assertThat(due()).isEmpty();

    change(2, active(BillingInterval.MONTHLY, 2));
    assertThat(due()).containsExactly("u42-p1", "u42-p2");
  }

  @Test
  void givenPeriodsThatCloseByTheClockThenEachIsDueAtItsEndUpToTheLimit() {
    change(1, active(BillingInterval.MONTHLY, null));
    for (int period = 1; period <= 6; period++) {
      context.setNow(endOf(period));
      function.on((PeriodEnded) scheduled().message(), state, context);
    }

    assertThat(due()).containsExactly("u42-p1", "u42-p2", "u42-p3", "u42-p4", "u42-p5", "u42-p6");
    assertThat(context.delayed(PeriodEnded.class)).isEmpty();
  }

  @Test
  void givenAnEndThatWasOnItsWayWhenThePaymentWasMovedThenItIsIgnored() {
    change(1, active(BillingInterval.MONTHLY, null));
    PeriodEnded onItsWay = (PeriodEnded) scheduled().message();
    change(2, active(BillingInterval.QUARTERLY, null));
    context.setNow(endOf(1));
    function.on(onItsWay, state, context);

    assertThat(due()).isEmpty();
    assertThat(scheduled().time()).isEqualTo(endOf(3));
  }

  @Test
  void givenAChangeAfterAPeriodClosedByTheClockThenThatPeriodIsOwedAsItWas() {
    change(1, active(BillingInterval.MONTHLY, null));
    context.setNow(endOf(1).plusMillis(1)); // before the message that the period has ended
    change(2, row(SubscriptionStatus.CANCELLED, BillingInterval.MONTHLY, null));

    assertThat(due()).containsExactly("u42-p1");
  }

  @Test
  void givenAUserWhoComesBackThenTheTimeAwayIsNotOwed() {
    change(1, active(BillingInterval.MONTHLY, null));
    change(2, null);
    context.setNow(endOf(3));
    change(3, active(BillingInterval.MONTHLY, null));

    assertThat(due()).isEmpty();
    assertThat(scheduled().message()).isEqualTo(new PeriodEnded(4, 3));
  }

  @Test
  void givenSettledPaymentsThenTheViewCountsThem() {
    change(1, active(BillingInterval.MONTHLY, 2));
    function.on(new PaymentSettled("u42-p1", true), state);
    function.on(new PaymentSettled("u42-p2", false), state);
    function.on(new UserQuery("42"), state, context);

    UserView view = context.sent(UserView.class).get(0);
    assertThat(view.known()).isTrue();
    assertThat(view.due()).isEqualTo(2);
    assertThat(view.paid()).isEqualTo(1);
    assertThat(view.givenUp()).isEqualTo(1);
    assertThat(view.scheduledPeriod()).isEqualTo(3);
    assertThat(view.scheduledAt()).isEqualTo(endOf(3));
  }

  private void change(long lsn, @Nullable Subscription row) {
    function.on(new UserChange("42", new Version(lsn, lsn * 100), row), state, context);
  }

  private static Subscription active(BillingInterval interval, @Nullable Integer closedThrough) {
    return row(SubscriptionStatus.ACTIVE, interval, closedThrough);
  }

  private static Subscription row(
      SubscriptionStatus status, BillingInterval interval, @Nullable Integer closedThrough) {
    return new Subscription(status, interval, 500, closedThrough);
  }

  private Delayed scheduled() {
    return context.delayed().stream()
        .filter(delayed -> delayed.message() instanceof PeriodEnded)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private List<String> due() {
    return context.delayed().stream()
        .filter(delayed -> delayed.message() instanceof PaymentDue)
        .map(delayed -> delayed.to().id())
        .toList();
  }

  private static Instant endOf(int period) {
    return START.plus(PERIOD.multipliedBy(period));
  }

  private Address self() {
    return context.self();
  }

  private static Address payment(int period) {
    return Address.of("billing/payment", "u42-p" + period);
  }
}
