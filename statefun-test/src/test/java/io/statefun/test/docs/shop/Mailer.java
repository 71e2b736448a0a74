/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.autoconfigure.EgressEvent;
import io.statefun.autoconfigure.EgressListener;
import io.statefun.io.Egress;
import io.statefun.test.docs.shop.Messages.ApprovalMail;
import io.statefun.test.docs.shop.Messages.Dunning;
import io.statefun.test.docs.shop.Messages.ReminderMail;
import io.statefun.test.docs.shop.Messages.Report;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

@Component
class Mailer {

  /** What was posted, by the id under which the post office knows a repetition. */
  final Map<String, String> posted = new ConcurrentHashMap<>();

  // tag::egress-listener[]
  @EgressListener("shop/mails")
  void on(ReminderMail mail, Egress.Delivery delivery) {
    post(delivery.id(), mail.customer() + ": " + mail.items() + " items wait for you");
  }

  @EgressListener("shop/mails")
  void on(Dunning dunning, Egress.Delivery delivery) {
    post(delivery.id(), "Please pay invoice " + dunning.invoice());
  }

  // end::egress-listener[]

  @EgressListener("shop/mails")
  void on(ApprovalMail mail, Egress.Delivery delivery) {
    post(delivery.id(), mail.manager() + ": follow the link, which ends in " + mail.token());
  }

  // tag::egress-event[]
  @EventListener
  void on(EgressEvent<Report> event) {
    post(event.id(), event.key() + ": " + event.value().checkIns() + " check-ins");
  }

  // end::egress-event[]

  private void post(String id, String text) {
    posted.put(id, text);
  }
}
