/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.autoconfigure.EgressFor;
import io.statefun.message.MessageTypes;
import io.statefun.sample.billing.changes.ChangeEventFileIngress;
import io.statefun.sample.billing.gateway.PaymentProviderEgress;
import io.statefun.sample.billing.gateway.ProviderAnswersIngress;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.PaymentRequest;
import io.statefun.sample.billing.payment.ProviderAnswer;
import io.statefun.sample.billing.provider.PaymentProvider;
import io.statefun.sample.billing.user.UserChange;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Profile;

/** Without any service: changes come from a file, and the provider is in the same process. */
@Configuration(proxyBeanMethods = false)
@Profile("!kafka")
@Import(ProviderConfiguration.class)
class InProcessConfiguration {

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
  ProviderAnswersIngress providerAnswersIngress(PaymentProvider provider, MessageTypes types) {
    return new ProviderAnswersIngress(provider, types.forClass(ProviderAnswer.class));
  }

  @Bean
  @ConditionalOnProperty(name = "billing.read-file", matchIfMissing = true)
  ChangeEventFileIngress changeEventFileIngress(BillingProperties properties, MessageTypes types) {
    return new ChangeEventFileIngress(
        List.of(properties.changeFile()), types.forClass(UserChange.class));
  }
}
