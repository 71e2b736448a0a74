/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksDbBackendTest extends StateBackendContract {

  @TempDir Path folder;

  @Override
  protected StateBackend create() {
    return RocksDbBackend.in(folder).open();
  }

  @Override
  protected StateBackend reopen(StateBackend closed) {
    return RocksDbBackend.in(folder).open();
  }
}
