/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.sample.billing.provider.PaymentProvider;
import io.statefun.sample.billing.provider.ProviderBehaviour;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;

/** The payment provider, for whichever process it is in; imported there, and found by no scan. */
public class ProviderConfiguration {

  @Bean
  static PaymentProvider paymentProvider(BillingProperties properties) {
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
}
