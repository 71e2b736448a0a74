/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.Test;

class BaseStoreTest {

  @Test
  void aBaseThatWasDeletedMeanwhileIsNotThere() {
    BaseStore bases = new BaseStore(new InMemorySnapshotStore());

    assertThatIOException()
        .isThrownBy(() -> bases.read(3, 17, (key, value) -> {}))
        .withMessageContaining("is not there, or no longer");
  }
}
