/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.autoconfigure.EgressFor;
import io.statefun.message.MessageTypes;
import io.statefun.sample.billing.changes.ChangeEventFileIngress;
import io.statefun.sample.billing.changes.InputFile;
import io.statefun.sample.billing.gateway.AlertEgress;
import io.statefun.sample.billing.gateway.PaymentProviderEgress;
import io.statefun.sample.billing.gateway.ProviderAnswersIngress;
import io.statefun.sample.billing.payment.Alert;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.PaymentRequest;
import io.statefun.sample.billing.payment.ProviderAnswer;
import io.statefun.sample.billing.payment.RetryPolicy;
import io.statefun.sample.billing.provider.PaymentProvider;
import io.statefun.sample.billing.provider.ProviderBehaviour;
import io.statefun.sample.billing.user.BillingCalendar;
import io.statefun.sample.billing.user.UserChange;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the functions' rules, the provider, and the ways in and out. */
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
  PaymentProvider paymentProvider(BillingProperties properties) {
    ProviderBehaviour behaviour =
        new ProviderBehaviour(
            properties.declineRate(), properties.answerDelay(), properties.seed());
    PaymentProvider provider =
        PaymentProvider.open(properties.ledgerFile(), behaviour, InstantSource.system());
    if (properties.injectUnknown()) {
      provider.answerUnasked("ghost-p1");
    }
    return provider;
  }

  @Bean
  @EgressFor(PaymentFunction.REQUESTS)
  PaymentProviderEgress paymentProviderEgress(
      PaymentProvider provider,
      MessageTypes types,
      BillingProperties properties,
      BillingThreads threads) {
    return new PaymentProviderEgress(
        provider,
        types.forClass(PaymentRequest.class),
        threads.provider(),
        properties.injectDuplicate());
  }

  @Bean
  @EgressFor(PaymentFunction.ALERTS)
  AlertEgress alertEgress(MessageTypes types) {
    return new AlertEgress(types.forClass(Alert.class));
  }

  @Bean
  ProviderAnswersIngress providerAnswersIngress(PaymentProvider provider, MessageTypes types) {
    return new ProviderAnswersIngress(provider, types.forClass(ProviderAnswer.class));
  }

  @Bean
  @ConditionalOnProperty(name = "billing.read-file", matchIfMissing = true)
  ChangeEventFileIngress changeEventFileIngress(BillingProperties properties, MessageTypes types) {
    Path file = properties.inputFile();
    if (file == null) {
      file = InputFile.prepare(properties.directory().resolve("input"), properties.users());
    }
    return new ChangeEventFileIngress(List.of(file), types.forClass(UserChange.class));
  }
}
