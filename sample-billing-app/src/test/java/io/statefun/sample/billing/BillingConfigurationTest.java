/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.message.MessageTypes;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.totals.Count;
import io.statefun.sample.billing.totals.Totals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;

class BillingConfigurationTest {

  @TempDir private Path directory;
  private ApplicationContextRunner runner;

  @BeforeEach
  void prepare() {
    runner =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class))
            .withBean(MessageTypes.class, MessageTypes::standard)
            .withUserConfiguration(
                Properties.class,
                BillingConfiguration.class,
                InProcessConfiguration.class,
                BillingThreads.class)
            .withPropertyValues("billing.directory=" + directory, "billing.users=10");
  }

  @Test
  void givenDefaultsThenTheWaysInAndOutAreThere() {
    runner.run(
        context -> {
          assertThat(context.getBeansOfType(Egress.class))
              .containsOnlyKeys("paymentProviderEgress", "alertEgress");
          assertThat(context.getBeansOfType(Ingress.class).values())
              .extracting(ingress -> ingress.name().toString())
              .containsExactlyInAnyOrder("billing/user-changes", "billing/provider-answers");
          assertThat(context.getBean(BillingProperties.class).period())
              .isEqualTo(Duration.ofSeconds(10));
          assertThat(directory.resolve("input/user-changes-10.ndjson")).isNotEmptyFile();
        });
  }

  @Test
  void givenTheFileIsNotReadThenAnswersAreTheOnlyWayIn() {
    runner
        .withPropertyValues("billing.read-file=false")
        .run(context -> assertThat(context.getBeansOfType(Ingress.class)).hasSize(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"billing.payments=java", "unset=unset"})
  void givenThePaymentFunctionIsHereThenItIsABean(String property) {
    runner
        .withUserConfiguration(PaymentFunction.class)
        .withPropertyValues(property)
        .run(context -> assertThat(context).hasSingleBean(PaymentFunction.class));
  }

  @Test
  void givenThePaymentFunctionIsElsewhereThenItIsNoBean() {
    runner
        .withUserConfiguration(PaymentFunction.class)
        .withPropertyValues("billing.payments=javascript")
        .run(context -> assertThat(context).doesNotHaveBean(PaymentFunction.class));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "billing.period=0s",
        "billing.decline-rate=1",
        "billing.max-attempts=0",
        "billing.users=0",
        "billing.crash-every=1ms",
        "billing.retry-backoff=soon",
        "billing.payments=cobol"
      })
  void givenAValueThatCannotBeThenTheApplicationDoesNotStart(String property) {
    runner.withPropertyValues(property).run(context -> assertThat(context).hasFailed());
  }

  @Test
  void givenTotalsThenProgressIsOneLine() {
    assertThat(ProgressLog.text(new Totals(Map.of(Count.DUE, 17_664L, Count.PAID, 1_234L))))
        .startsWith("paid 1,234 of 17,664  |  users 0  |");
  }

  @EnableConfigurationProperties(BillingProperties.class)
  static class Properties {}
}
