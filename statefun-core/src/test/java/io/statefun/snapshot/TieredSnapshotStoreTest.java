/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TieredSnapshotStoreTest extends SnapshotStoreContract {

  private final InMemorySnapshotStore epochs = new InMemorySnapshotStore();
  private final InMemorySnapshotStore bases = new InMemorySnapshotStore();
  private final SnapshotStore tiered = new TieredSnapshotStore(epochs, bases);

  @Override
  protected SnapshotStore create() {
    return tiered;
  }

  @Override
  protected SnapshotStore another(SnapshotStore store) {
    return new TieredSnapshotStore(epochs.newHandle(), bases.newHandle());
  }

  @Test
  void basesAreInOneStore_andAllElseIsInTheOther() throws Exception {
    assertThat(tiered.create("application", content("a"))).isTrue();
    assertThat(tiered.create("bases/p00001/1", content("b"))).isTrue();
    assertThat(tiered.create("bases-of-something-else", content("c"))).isTrue();
    assertThat(tiered.create("epochs/1", content("d"))).isTrue();

    assertThat(bases.list("")).containsExactly("bases/p00001/1");
    assertThat(epochs.list(""))
        .containsExactly("application", "bases-of-something-else", "epochs/1");
  }

  @Test
  void list_mergesBothInOrder() throws Exception {
    for (String name : new String[] {"a", "bases-x", "bases/1", "bases/2", "bases0", "z"}) {
      assertThat(tiered.create(name, content(name))).isTrue();
    }

    assertThat(tiered.list(""))
        .containsExactly("a", "bases-x", "bases/1", "bases/2", "bases0", "z");
    assertThat(tiered.list("bases")).containsExactly("bases-x", "bases/1", "bases/2", "bases0");
    assertThat(tiered.list("bases/")).containsExactly("bases/1", "bases/2");
    assertThat(tiered.list("bases-")).containsExactly("bases-x");
  }

  @Test
  void whatAStoreHoldsUnderNamesOfTheOther_isNotSeen() throws Exception {
    assertThat(epochs.create("bases/1", content("lost"))).isTrue();
    assertThat(bases.create("epochs/1", content("lost"))).isTrue();

    assertThat(tiered.list("")).isEmpty();
    assertThat(tiered.size("bases/1")).isEqualTo(-1);
    assertThat(tiered.size("epochs/1")).isEqualTo(-1);
  }
}
