/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WithoutSpringTest {

  @TempDir Path folder;

  @Test
  void runsAndGoesOnWhereItWas() throws IOException {
    List<Object> receipts = new CopyOnWriteArrayList<>();
    Order first = WithoutSpring.run(folder, receipts);
    assertThat(first.customer()).isEqualTo("ann");
    Order second = WithoutSpring.run(folder, receipts);
    assertThat(second.status()).isIn(Order.Status.OPEN, Order.Status.CONFIRMED);
    Order third = WithoutSpring.run(folder, receipts);
    assertThat(third.status()).isEqualTo(Order.Status.CONFIRMED);
  }
}
