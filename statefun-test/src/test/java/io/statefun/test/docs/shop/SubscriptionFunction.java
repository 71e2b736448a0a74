/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.Reminders;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.TypeName;
import io.statefun.test.docs.shop.Messages.CheckIn;
import io.statefun.test.docs.shop.Messages.Extended;
import io.statefun.test.docs.shop.Messages.Report;
import io.statefun.test.docs.shop.Messages.Subscribed;
import io.statefun.test.docs.shop.Messages.TrialEnded;
import io.statefun.test.docs.shop.Messages.WeeklyReport;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;

@StatefulFunction("shop/subscription")
class SubscriptionFunction {

  private static final TypeName REPORTS = TypeName.parse("shop/reports");

  // tag::reminders[]
  @MessageHandler
  void on(Subscribed subscribed, Context context) {
    Reminders reminders = context.reminders();
    reminders.after("trial", Duration.ofDays(30), new TrialEnded());
    reminders.every("check-in", Duration.ofHours(12), new CheckIn());
    reminders.cron("report", "0 0 6 * * MON", ZoneId.of("Europe/Berlin"), new WeeklyReport());
  }

  @MessageHandler
  void on(Extended extended, Context context) {
    context.reminders().cancel("trial");
  }

  // end::reminders[]

  @MessageHandler
  void on(CheckIn checkIn, @State("check_ins") ValueState<Integer> checkIns) {
    checkIns.update(0, count -> count + 1);
  }

  // tag::egress[]
  @MessageHandler
  void on(WeeklyReport weekly, @State("check_ins") ValueState<Integer> checkIns, Context context) {
    String id = context.self().id();
    context.egress(
        EgressRecord.of(REPORTS, new Report(id, checkIns.getOrDefault(0)))
            .withKey(id)
            .withHeaders(Map.of("kind", "weekly".getBytes(UTF_8))));
  }

  // end::egress[]

  @MessageHandler
  void on(TrialEnded ended, @State("check_ins") ValueState<Integer> checkIns, Context context) {
    context.reminders().cancel("check-in");
    context.reminders().cancel("report");
    checkIns.clear();
  }
}
