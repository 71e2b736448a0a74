/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.SavepointBuilder;
import io.statefun.engine.SavepointInput;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the document on the first state shows does what it says. */
class BootstrapSnippetsTest {

  @StatefulFunction("bank/account")
  static class AccountFunction {

    @MessageHandler
    void on(String question, @State("balance") ValueState<Long> balance, Context context) {
      context.reply(balance.getOrDefault(0L));
    }
  }

  private record Entry(String account, long cents) {}

  private record Ledger(List<Entry> entries) {

    List<Entry> skip(long count) {
      return entries.subList((int) count, entries.size());
    }
  }

  @Test
  void aLedgerBecomesTheFirstState() throws Exception {
    SnapshotStore store = new InMemorySnapshotStore();
    Ledger ledger = new Ledger(List.of(new Entry("ann", 17), new Entry("bob", 4)));
    StateFunEngine engine = engine(store);
    Savepoint savepoint;

    // tag::builder[]
    SavepointInput accounts =
        new SavepointInput(
            "accounts", TypeName.parse("bank/account"), List.of("balance"), "ledger of May");
    try (SavepointBuilder builder = engine.savepointBuilder(store, List.of(accounts))) {
      SavepointBuilder.Rows rows = builder.rows("accounts");
      for (Entry entry : ledger.skip(rows.count())) {
        rows.add(entry.account(), entry.cents());
      }
      rows.end();
      savepoint = builder.complete();
    }
    engine.restore(store, savepoint, false);
    // end::builder[]

    try (StateFunEngine started = engine(store)) {
      started.start();
      assertThat(started.request(Address.of("bank/account", "ann"), "how much?", Long.class).join())
          .isEqualTo(17);
    }
  }

  private static StateFunEngine engine(SnapshotStore store) {
    return StateFunEngine.builder("bank")
        .partitions(4)
        .workers(1)
        .snapshotStore(store)
        .stateBackend(application -> new HeapBackend())
        .function(new AccountFunction())
        .build();
  }
}
