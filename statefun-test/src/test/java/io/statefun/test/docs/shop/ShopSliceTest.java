/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import static io.statefun.test.StateFunAssertions.assertThat;

import io.statefun.test.FunctionHarness;
import io.statefun.test.StateFunTest;
import io.statefun.test.docs.shop.Messages.Charge;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

// tag::slice[]
@StateFunTest(properties = "spring.application.name=shop")
class ShopSliceTest {

  @TestConfiguration(proxyBeanMethods = false)
  static class Gateway {

    @Bean
    PaymentGateway gateway() {
      return (payment, cents) -> CompletableFuture.completedFuture("paid " + payment);
    }
  }

  @Autowired private FunctionHarness harness;

  @Test
  void functionsAreMadeBySpring() {
    harness.send("shop/payment", "p1", new Charge("p1", 1_900));
    assertThat(harness).state("shop/payment", "p1", "receipt").isEqualTo("paid p1");
  }
}
// end::slice[]
