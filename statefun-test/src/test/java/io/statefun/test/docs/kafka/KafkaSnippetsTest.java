/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import io.statefun.test.FunctionHarness;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class KafkaSnippetsTest {

  private static final OrderPlaced ORDER = new OrderPlaced("ann", 300);

  @Test
  void theRouterSendsToTheCustomerAndToTheMonitorOfTheTopic() {
    Map<Address, Object> sent = new HashMap<>();
    new OrderRouting()
        .orders()
        .route(new ConsumerRecord<>("orders", 0, 7, "key", ORDER), sent::put);

    assertThat(sent)
        .containsOnlyKeys(
            Address.of("shop/customer", "ann"), Address.of("shop/topic-monitor", "orders"))
        .containsEntry(Address.of("shop/customer", "ann"), ORDER);
  }

  @Test
  void theCustomerSendsAnInvoice() {
    FunctionHarness harness = FunctionHarness.of(new CustomerFunction());

    harness.send("shop/customer", "ann", ORDER);

    EgressRecord sent = harness.egress("shop/invoices").get(0);
    assertThat(sent.key()).isEqualTo("ann");
    assertThat(sent.value()).isEqualTo(new CustomerFunction.Invoice("ann", 300));
  }
}
