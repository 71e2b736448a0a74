/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import java.util.concurrent.CompletableFuture;

/** From where the instances come: pages, with states as trees. */
@FunctionalInterface
interface InstanceSource {

  CompletableFuture<StatePage> page(StateQuery query);
}
