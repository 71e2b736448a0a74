/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.autoconfigure.EgressFor;
import io.statefun.message.MessageTypes;
import io.statefun.sample.billing.gateway.AlertEgress;
import io.statefun.sample.billing.payment.Alert;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.RetryPolicy;
import io.statefun.sample.billing.user.BillingCalendar;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires the functions' rules, and what is the same whichever way the rest comes in and goes out.
 */
@Configuration(proxyBeanMethods = false)
class BillingConfiguration {

  @Bean
  BillingCalendar billingCalendar(BillingProperties properties) {
    return new BillingCalendar(properties.period(), properties.periodsLimit());
  }

  @Bean
  RetryPolicy retryPolicy(BillingProperties properties) {
    return new RetryPolicy(properties.maxAttempts(), properties.retryBackoff());
  }

  @Bean
  @EgressFor(PaymentFunction.ALERTS)
  AlertEgress alertEgress(MessageTypes types) {
    return new AlertEgress(types.forClass(Alert.class));
  }
}
