/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.queries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.engine.StateFunEngine;
import io.statefun.query.InstanceStates;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import io.statefun.test.FunctionHarness;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the page about queries shows. */
class QuerySnippetsTest {

  // tag::tested[]
  @Test
  void theBalanceIsWhatWasPaidIn() {
    FunctionHarness harness = FunctionHarness.of(new AccountFunction());

    harness.send("bank/account", "ann", new Deposit(5));

    assertThat(harness.query("bank/account", "ann", new GetBalance(), Balance.class))
        .isEqualTo(new Balance(5, "EUR"));
  }

  // end::tested[]

  @Test
  void theHarnessShowsWhatIsCommitted() {
    FunctionHarness harness = FunctionHarness.of(new AccountFunction());
    harness.send("bank/account", "ann", new Deposit(5));
    harness.withoutCommit(
        () -> {
          harness.send("bank/account", "ann", new Deposit(7));
          assertThat(harness.query("bank/account", "ann", new GetBalance(), Balance.class))
              .isEqualTo(new Balance(5, "EUR"));
        });

    assertThat(harness.page(StateQuery.of("bank/account")).instances())
        .extracting(InstanceStates::states)
        .containsExactly(Map.of("balance", new Balance(5, "EUR")));
    assertThatThrownBy(() -> harness.query("bank/account", "ann", new Deposit(1), Balance.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("answers no queries of the type");
  }

  @Test
  void richAccountsAreFound() {
    try (StateFunEngine engine =
        StateFunEngine.builder("bank")
            .partitions(4)
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .function(new AccountFunction())
            .build()) {
      engine.start();
      engine.send(io.statefun.message.Address.of("bank/account", "ann"), new Deposit(500)).join();
      RichAccounts accounts = new RichAccounts(engine);
      org.awaitility.Awaitility.await()
          .untilAsserted(
              () -> {
                StatePage page = accounts.richAccounts(null).join();
                assertThat(page.instances()).hasSize(1);
                assertThat(page.next()).isNull();
              });
    }
  }
}
