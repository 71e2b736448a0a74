/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.web;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.PaymentQuery;
import io.statefun.sample.billing.payment.PaymentView;
import io.statefun.sample.billing.totals.Totals;
import io.statefun.sample.billing.totals.TotalsFunction;
import io.statefun.sample.billing.totals.TotalsQuery;
import io.statefun.sample.billing.user.UserFunction;
import io.statefun.sample.billing.user.UserQuery;
import io.statefun.sample.billing.user.UserView;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Shows users, payments and totals, as the functions themselves know them. */
@RestController
class QueryController {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final StateFunTemplate functions;

  QueryController(StateFunTemplate functions) {
    this.functions = functions;
  }

  @GetMapping("/users/{id}")
  CompletableFuture<ResponseEntity<UserView>> user(@PathVariable String id) {
    return ask(UserFunction.TYPE, id, new UserQuery(id), UserView.class)
        .thenApply(view -> view.known() ? ResponseEntity.ok(view) : notFound());
  }

  @GetMapping("/payments/{id}")
  CompletableFuture<ResponseEntity<PaymentView>> payment(@PathVariable String id) {
    return ask(PaymentFunction.TYPE, id, new PaymentQuery(id), PaymentView.class)
        .thenApply(view -> view.payment() == null ? notFound() : ResponseEntity.ok(view));
  }

  @GetMapping("/totals")
  CompletableFuture<Totals> totals() {
    return ask(
        TotalsFunction.TYPE, TotalsFunction.ID, new TotalsQuery(TotalsFunction.ID), Totals.class);
  }

  private <T> CompletableFuture<T> ask(String type, String id, Object query, Class<T> replyType) {
    return functions.request(type, id, query, replyType, TIMEOUT);
  }

  private static <T> ResponseEntity<T> notFound() {
    return ResponseEntity.notFound().build();
  }
}
