/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import io.statefun.sample.billing.BillingProperties;
import io.statefun.sample.billing.ProviderConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Import;

/** The payment provider as a process of its own, which the application knows by two topics. */
@ImportAutoConfiguration(KafkaAutoConfiguration.class)
@EnableConfigurationProperties(BillingProperties.class)
@Import({TopicsConfiguration.class, Clients.class, ProviderConfiguration.class, ProviderLoop.class})
public class ProviderProcess {

  public static void main(String[] args) {
    new SpringApplicationBuilder(ProviderProcess.class)
        .web(WebApplicationType.NONE)
        .profiles("kafka")
        .run(args);
  }
}
