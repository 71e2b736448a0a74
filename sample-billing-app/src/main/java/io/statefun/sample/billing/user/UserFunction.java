/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.user;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.sample.billing.payment.PaymentDue;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.PaymentSettled;
import io.statefun.sample.billing.totals.Count;
import io.statefun.sample.billing.totals.TotalsFunction;

/**
 * One user: follows the changes of the user's row, and sees to it that each period is paid once.
 *
 * <p>A period is <em>open</em> until it is closed, and closed for good. The payment at the end of
 * the next open period is scheduled, and cancelled or moved when the row changes. A period closes
 * when a change says so ({@link Subscription#closedThrough}), or by the clock at its end if the row
 * leaves that to the clock. What is owed for a period is what the row said when it closed. So with
 * rows that name the closed period, which payments are due follows from the changes alone, however
 * late they are handled; the clock decides only when.
 */
@StatefulFunction(UserFunction.TYPE)
public class UserFunction {

  /** The function's type name. */
  public static final String TYPE = "billing/user";

  private static final CancellationToken NEXT = CancellationToken.of("next-payment");

  private final BillingCalendar calendar;

  public UserFunction(BillingCalendar calendar) {
    this.calendar = calendar;
  }

  @MessageHandler
  void on(UserChange change, @State("account") ValueState<UserAccount> state, Context context) {
    UserAccount account = state.get();
    if (account == null) {
      account = UserAccount.startingAt(context.now());
      TotalsFunction.count(context, Count.USERS);
    } else if (!account.isNews(change)) {
      TotalsFunction.count(context, Count.STALE_CHANGES);
      return;
    }
    if (account.closesByClock() || comesBackByClock(account, change)) {
      account = closeByClock(account, context);
    }
    account = account.after(change);
    account = closeByRow(account, context);
    state.set(scheduleNext(account, context));
  }

  @MessageHandler
  void on(PeriodEnded ended, @State("account") ValueState<UserAccount> state, Context context) {
    UserAccount account = state.get();
    if (account == null || account.schedule() != ended.schedule()) {
      return; // cancelled or moved when this message was already on its way
    }
    if (account.closesByClock()) {
      state.set(scheduleNext(closeByClock(account, context), context));
    } // else the period waits, open, for the change that closes it
  }

  @MessageHandler
  void on(PaymentSettled settled, @State("account") ValueState<UserAccount> state) {
    UserAccount account = state.get();
    if (account != null) {
      state.set(account.settled(settled.paid()));
    }
  }

  @MessageHandler
  void on(UserQuery query, @State("account") ValueState<UserAccount> state, Context context) {
    context.reply(view(query.userId(), state));
  }

  // While the row was gone, nothing was owed: the periods that have ended close as they were.
  private static boolean comesBackByClock(UserAccount account, UserChange change) {
    Subscription row = change.row();
    return account.row() == null && row != null && row.closesByClock();
  }

  private UserAccount closeByClock(UserAccount account, Context context) {
    return close(account, calendar.ended(account.start(), context.now()), context);
  }

  private UserAccount closeByRow(UserAccount account, Context context) {
    Subscription row = account.row();
    Integer through = row == null ? null : row.closedThrough();
    return through == null ? account : close(account, Math.min(through, calendar.limit()), context);
  }

  private UserAccount close(UserAccount account, int through, Context context) {
    int due = 0;
    for (int period = account.closedThrough() + 1; period <= through; period++) {
      Subscription row = account.row();
      if (row != null && row.owes(period)) {
        demand(account, period, row.amountCents(), context);
        due++;
      }
    }
    return account.closed(Math.max(account.closedThrough(), through), due);
  }

  private void demand(UserAccount account, int period, long amountCents, Context context) {
    String userId = context.self().id();
    context.sendAt(
        calendar.endOf(period, account.start()),
        Address.of(PaymentFunction.TYPE, PaymentFunction.id(userId, period)),
        new PaymentDue(userId, period, amountCents));
    TotalsFunction.count(context, Count.DUE);
  }

  private UserAccount scheduleNext(UserAccount account, Context context) {
    context.cancel(NEXT);
    int period = nextOwed(account);
    UserAccount result = account.scheduled(period);
    if (period > 0) {
      context.sendAt(
          calendar.endOf(period, account.start()),
          context.self(),
          new PeriodEnded(period, result.schedule()),
          NEXT);
    }
    return result;
  }

  private int nextOwed(UserAccount account) {
    Subscription row = account.row();
    int period = account.closedThrough() + 1;
    while (row != null && period <= calendar.limit() && !row.owes(period)) {
      period++;
    }
    return row == null || period > calendar.limit() ? 0 : period;
  }

  private UserView view(String userId, ValueState<UserAccount> state) {
    UserAccount account = state.get();
    if (account == null) {
      return new UserView(userId, false, null, 0, null, null, 0, 0, 0);
    }
    int next = account.scheduledPeriod();
    return new UserView(
        userId,
        true,
        account.row(),
        account.closedThrough(),
        next == 0 ? null : next,
        next == 0 ? null : calendar.endOf(next, account.start()),
        account.due(),
        account.paid(),
        account.givenUp());
  }
}
