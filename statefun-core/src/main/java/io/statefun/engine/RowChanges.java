/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.ChunkPool;
import io.statefun.snapshot.RecordBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of a partition that have changed.
 *
 * @param records the rows, each under its key
 * @param entries which entry of the partition's {@link RowTable} each of them has; as long as the
 *     backend does not have a row, nothing else gets its entry
 */
record RowChanges(RecordBuffer records, int[] entries) {

  static final RowChanges NONE = new RowChanges(new RecordBuffer(new ChunkPool(0)), new int[0]);

  int count() {
    return entries.length;
  }

  /** Finds the newest change of each row. Used by one thread. */
  static final class Merger {

    /** Which change, counted over all that are merged, is the newest of each entry. */
    private int[] newest = new int[1024];

    /** Puts the newest change of each row into one, the oldest first. */
    RowChanges merge(List<RowChanges> changes, RecordBuffer into) {
      int total = changes.stream().mapToInt(RowChanges::count).sum();
      int[] entries = new int[total];
      number(changes);
      int next = 0;
      int count = 0;
      for (RowChanges some : changes) {
        RecordBuffer.Cursor row = some.records.cursor();
        for (int entry : some.entries) {
          boolean unused = row.next();
          if (newest[entry] == next++) {
            into.add(row);
            entries[count++] = entry;
          }
        }
      }
      return new RowChanges(into, Arrays.copyOf(entries, count));
    }

    private void number(List<RowChanges> changes) {
      int next = 0;
      for (RowChanges some : changes) {
        for (int entry : some.entries) {
          if (entry >= newest.length) {
            newest = Arrays.copyOf(newest, Math.max(entry + 1, newest.length * 2));
          }
          newest[entry] = next++;
        }
      }
    }
  }
}
