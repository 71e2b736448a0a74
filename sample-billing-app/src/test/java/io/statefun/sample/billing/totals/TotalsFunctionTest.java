/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.totals;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.sample.billing.fake.FakeContext;
import io.statefun.sample.billing.fake.FakeMapState;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TotalsFunctionTest {

  private final TotalsFunction function = new TotalsFunction();
  private final FakeMapState<String, Long> counts = new FakeMapState<>();
  private final FakeContext context =
      new FakeContext(Address.of(TotalsFunction.TYPE, TotalsFunction.ID), Instant.EPOCH);

  @Test
  void givenTalliesThenAQueryIsAnsweredWithTheirCounts() {
    function.on(new Tally(Count.PAID), counts);
    function.on(new Tally(Count.DUE), counts);
    function.on(new Tally(Count.PAID), counts);
    function.on(new TotalsQuery(TotalsFunction.ID), counts, context);

    Totals totals = context.sent(Totals.class).get(0);
    assertThat(totals.of(Count.PAID)).isEqualTo(2);
    assertThat(totals.of(Count.DUE)).isEqualTo(1);
    assertThat(totals.of(Count.UNKNOWN)).isZero();
  }
}
