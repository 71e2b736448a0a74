/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.queries;

import io.statefun.engine.StateFunEngine;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Goes from page to page. */
class RichAccounts {

  private final StateFunEngine engine;

  RichAccounts(StateFunEngine engine) {
    this.engine = engine;
  }

  // tag::page[]
  CompletableFuture<StatePage> richAccounts(@Nullable String next) {
    return engine
        .queries()
        .page(
            StateQuery.of("bank/account")
                .states("balance")
                .where("balance.amount > 100")
                .limit(20)
                .after(next));
  }
  // end::page[]
}
