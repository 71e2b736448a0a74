/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.example;

import static io.statefun.test.StateFunAssertions.assertThat;

import io.statefun.test.FunctionHarness;
import io.statefun.test.example.CartFunction.CheckedOut;
import io.statefun.test.example.CartFunction.ItemAdded;
import io.statefun.test.example.CartFunction.LeftAlone;
import io.statefun.test.example.CartFunction.Order;
import io.statefun.test.example.CartFunction.ReminderMail;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CartFunctionTest {

  private final FunctionHarness harness = FunctionHarness.of(new CartFunction());

  @Test
  void keepsItemsUntilTheyAreOrdered() {
    harness.send("shop/cart", "ann", new ItemAdded("book"));
    harness.send("shop/cart", "ann", new ItemAdded("pen"));

    assertThat(harness).state("shop/cart", "ann", "items").isEqualTo(List.of("book", "pen"));

    harness.send("shop/cart", "ann", new CheckedOut());

    assertThat(harness)
        .sentTo("shop/warehouse", "main")
        .containsExactly(new Order("ann", List.of("book", "pen")));
    assertThat(harness).state("shop/cart", "ann", "items").isEmpty();
    assertThat(harness).hasNoPendingTimers();
  }

  @Test
  void remindsOfItselfADayAfterTheLastItem() {
    harness.send("shop/cart", "ann", new ItemAdded("book"));
    harness.advance(Duration.ofHours(20));
    harness.send("shop/cart", "ann", new ItemAdded("pen"));

    assertThat(harness)
        .delayedTo("shop/cart", "ann")
        .containsExactly(new LeftAlone())
        .dueIn(Duration.ofDays(1));

    harness.advance(Duration.ofHours(23));
    assertThat(harness).egress("shop/mails").isEmpty();

    harness.advance(Duration.ofHours(1));
    assertThat(harness).egress("shop/mails").containsExactly(new ReminderMail("ann", 2));
  }

  @Test
  void forgetsNothingInACrash() {
    harness.send("shop/cart", "ann", new ItemAdded("book"));

    harness.crashAndRestartAfter(Duration.ofDays(3));

    assertThat(harness).state("shop/cart", "ann", "items").isEqualTo(List.of("book"));
    assertThat(harness).egress("shop/mails").containsExactly(new ReminderMail("ann", 1));
  }
}
