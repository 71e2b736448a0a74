/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.savepoint.Savepoint;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes what an application begins with that holds nothing yet. */
@FunctionalInterface
public interface Bootstrap {

  /**
   * Makes the savepoint, or finds the one that was made before. Called when the engine is started
   * and nothing was ever committed; may take as long as it takes.
   *
   * @param engine the engine that is being started
   * @param store the application's snapshot store
   * @return null if the application is to begin with nothing
   * @throws EngineStartException if that is not possible; it says what to do
   */
  @Nullable Savepoint savepoint(StateFunEngine engine, SnapshotStore store) throws IOException;
}
