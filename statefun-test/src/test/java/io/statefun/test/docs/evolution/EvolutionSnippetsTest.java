/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.evolution;

import static io.statefun.test.StateFunAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.test.FunctionHarness;
import org.junit.jupiter.api.Test;

/** What the document on evolution shows does what it says. */
class EvolutionSnippetsTest {

  @Test
  void allNamesOfARenamedFunctionAreOneInstance() {
    // tag::one-instance[]
    FunctionHarness harness = FunctionHarness.of(new MemberFunction());

    harness.send("shop/client", "ann", new PointsEarned(2));
    harness.send("shop/member", "ann", new PointsEarned(3));

    assertThat(harness).state("shop/member", "ann", "points").isEqualTo(5L);
    assertThat(harness)
        .sentTo("shop/club", "gold")
        .endsWith(new Standing(Address.of("shop/client", "ann"), 5));
    // end::one-instance[]
    assertThat(harness).state("shop/client", "ann", "bonus").isEqualTo(5L);
  }

  @Test
  void aFunctionIsRenamedOnceMore() {
    FunctionHarness harness = FunctionHarness.of(new FriendFunction());

    harness.send("shop/client", "ann", new PointsEarned(1));
    harness.send("shop/member", "ann", new PointsEarned(2));
    harness.send("shop/friend", "ann", new PointsEarned(3));

    assertThat(harness).state("shop/friend", "ann", "points").isEqualTo(6L);
    assertThat(harness).hasNoFailures();
  }

  @Test
  void aClassThatHasMovedKeepsItsName() {
    assertThat(MessageTypes.standard().forClass(PointsEarned.class).typeName())
        .hasToString("io.statefun.json/com.example.shop.BonusEarned");
  }
}
