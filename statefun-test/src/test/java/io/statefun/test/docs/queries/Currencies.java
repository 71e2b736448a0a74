/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.queries;

import io.statefun.autoconfigure.sql.SqlRows;
import io.statefun.autoconfigure.sql.StateSql;
import java.util.concurrent.CompletableFuture;

/** Sums up what accounts have. */
class Currencies {

  private final StateSql sql;

  Currencies(StateSql sql) {
    this.sql = sql;
  }

  // tag::sql[]
  CompletableFuture<SqlRows> richCurrencies(long atLeast) {
    return sql.query(
        """
        select a.balance.currency, count(*) as accounts, sum(a.balance.amount) as total
        from "bank/account" a
        where a.balance.amount >= ?
        group by a.balance.currency
        order by total desc
        """,
        atLeast);
  }
  // end::sql[]
}
