/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.queries;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.autoconfigure.sql.SqlRows;
import io.statefun.autoconfigure.sql.StateSql;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the page about queries shows of SQL. */
class SqlSnippetsTest {

  private static final String SQL = "io.statefun.autoconfigure.sql.SqlAutoConfiguration";

  @Test
  void currenciesAreSummedUp() throws Exception {
    try (StateFunEngine engine =
        StateFunEngine.builder("bank")
            .partitions(4)
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .function(new AccountFunction())
            .build()) {
      engine.start();
      engine.send(Address.of("bank/account", "ann"), new Deposit(500)).join();
      engine.send(Address.of("bank/account", "bob"), new Deposit(120)).join();
      engine.send(Address.of("bank/account", "cid"), new Deposit(3)).join();

      new ApplicationContextRunner()
          .withBean(StateFunEngine.class, () -> engine)
          .withConfiguration(AutoConfigurations.of(Class.forName(SQL)))
          .withPropertyValues("statefun.sql.enabled=true")
          .run(context -> assertSums(new Currencies(context.getBean(StateSql.class))));
    }
  }

  private static void assertSums(Currencies currencies) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1)) // The first statement loads all classes of Calcite.
        .untilAsserted(
            () -> {
              SqlRows answer = currencies.richCurrencies(100).get();
              assertThat(answer.columns())
                  .extracting(SqlRows.Column::name)
                  .containsExactly("currency", "accounts", "total");
              assertThat(answer.rows())
                  .containsExactly(List.of("EUR", 2L, BigDecimal.valueOf(620)));
            });
  }
}
