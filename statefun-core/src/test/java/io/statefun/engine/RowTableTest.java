/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.wire.ByteWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowTableTest {

  private static final TypeName TYPE = TypeName.of("test", "row");
  private static final long ROOMY = 1L << 40;
  private static final RowTable.Evicted NOBODY = (entry, hash) -> {};

  @Test
  void rowIsFoundByAddressAndFunction() {
    RowTable table = table(ROOMY);

    int entry = table.insert(address("ann"), 3, bytes(5, 1), 0, NOBODY);

    assertThat(table.find(address("ann"), 3)).isEqualTo(entry);
    assertThat(table.find(address("ann"), 4)).isNegative();
    assertThat(table.find(address("bob"), 3)).isNegative();
    assertThat(row(table, entry)).isEqualTo(bytes(5, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "ä", "aä", "日本語", "\ud83d\ude00", "\u0080", "ÿ"})
  void idsOfAllCharactersAreTold(String id) {
    RowTable table = table(ROOMY);
    for (String other : new String[] {"", "a", "b", "ä", "aä", "aÃ", "日本語", "日本", "?", "ÿ", "Ã¿"}) {
      if (!other.equals(id)) {
        int unused = table.insert(address(other), 0, bytes(1, 1), 0, NOBODY);
      }
    }
    assertThat(table.find(address(id), 0)).isNegative();

    int entry = table.insert(address(id), 0, bytes(2, 2), 0, NOBODY);

    assertThat(table.find(address(id), 0)).isEqualTo(entry);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void tableHoldsWhatAMapHoldsWhateverComesAndGoes(long seed) {
    Random random = new Random(seed);
    long limit = seed % 2 == 0 ? ROOMY : 200_000;
    RowTable table = table(limit);
    Map<String, byte[]> rows = new HashMap<>();
    Map<Integer, String> ids = new HashMap<>();
    RowTable.Evicted evicted = (entry, hash) -> rows.remove(ids.remove(entry));
    for (int step = 0; step < 60_000; step++) {
      String id = Integer.toString(random.nextInt(4_000));
      byte[] row = bytes(length(random, step), step);
      int entry = table.find(address(id), 0);
      assertThat(entry >= 0).isEqualTo(rows.containsKey(id));
      if (entry >= 0) {
        assertThat(row(table, entry)).isEqualTo(rows.get(id));
        table.put(entry, writer(row), 1, 0);
      } else {
        entry = table.insert(address(id), 0, row, 1, evicted);
        ids.put(entry, id);
      }
      rows.put(id, row);
      assertThat(table.size()).isEqualTo(rows.size());
    }
    rows.forEach((id, row) -> assertThat(row(table, table.find(address(id), 0))).isEqualTo(row));
    if (limit == 200_000) {
      assertThat(table.bytes()).isLessThan(2 * limit);
    }
  }

  private static int length(Random random, int step) {
    return switch (random.nextInt(200)) {
      case 0 -> 8_000 + random.nextInt(4_000);
      case 1, 2, 3 -> 500 + random.nextInt(1_000);
      // Rows grow with time, so that free blocks are of the wrong size.
      default -> random.nextInt(20 + step / 500);
    };
  }

  @Test
  void rowsThatTheBackendDoesNotHaveStay() {
    RowTable table = table(1_000);
    Set<Integer> gone = new HashSet<>();
    RowTable.Evicted evicted = (entry, hash) -> gone.add(entry);
    int changed = table.insert(address("changed"), 0, bytes(10, 0), 4, evicted);
    table.put(changed, writer(bytes(10, 1)), 5, 0);

    for (int i = 0; i < 10_000; i++) {
      int unused = table.insert(address("other" + i), 0, bytes(10, 0), 4, evicted);
    }

    assertThat(gone).isNotEmpty().doesNotContain(changed);
    assertThat(row(table, changed)).isEqualTo(bytes(10, 1));

    for (int i = 0; i < 10_000; i++) {
      int unused = table.insert(address("another" + i), 0, bytes(10, 0), 5, evicted);
    }
    assertThat(gone).contains(changed);
  }

  private static byte[] row(RowTable table, int entry) {
    int from = table.rowOffset(entry);
    return Arrays.copyOfRange(table.array(entry), from, from + table.rowLength(entry));
  }

  private static ByteWriter writer(byte[] row) {
    return new ByteWriter(16).writeRaw(row);
  }

  private static byte[] bytes(int length, int fill) {
    byte[] result = new byte[length];
    Arrays.fill(result, (byte) fill);
    return result;
  }

  private static Address address(String id) {
    return Address.of(TYPE, id);
  }

  private static RowTable table(long maxBytes) {
    RowTable table = new RowTable();
    table.limit(maxBytes);
    return table;
  }
}
