/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Egress;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/**
 * Records as their receiver sees them, made when it asks for them: so the thread that ends an epoch
 * need not look at each of its records.
 *
 * <p>The records were made by workers, long ago for a processor's cache. Their reader has several
 * fetched together, rather than wait for memory at each in turn.
 */
final class Deliveries extends AbstractList<Egress.Delivery> implements RandomAccess {

  private static final int FETCHED_TOGETHER = 32;

  private final String application;
  private final List<OutgoingRecord> records;

  /** Depends on everything that was fetched, so that no compiler leaves it out. */
  private volatile int fetched;

  /**
   * @param records does not change any more
   */
  Deliveries(String application, List<OutgoingRecord> records) {
    this.application = application;
    this.records = records;
  }

  @Override
  public Egress.Delivery get(int index) {
    if (index % FETCHED_TOGETHER == 0) {
      fetch(index, Math.min(index + FETCHED_TOGETHER, records.size()));
    }
    return records.get(index).delivery(application);
  }

  private void fetch(int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += records.get(i).partition();
    }
    for (int i = from; i < to; i++) {
      OutgoingRecord next = records.get(i);
      String key = next.key();
      sum += next.value().bytes().length + (key == null || key.isEmpty() ? 0 : key.charAt(0));
    }
    fetched = sum;
  }

  @Override
  public int size() {
    return records.size();
  }
}
