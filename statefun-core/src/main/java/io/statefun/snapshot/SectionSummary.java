/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.util.HashMap;
import java.util.Map;

/**
 * What the index of an epoch object says of a section, so that who has the state already need not
 * read it to know what the object is needed for. Immutable.
 *
 * @param changed whether the state of the partition changed
 * @param newestRecords the highest number of the records for each egress, by the egress' name
 */
public record SectionSummary(boolean changed, Map<String, Long> newestRecords) {

  /** Neither changes nor records. */
  public static final SectionSummary NOTHING = new SectionSummary(false, Map.of());

  public SectionSummary {
    newestRecords = Map.copyOf(newestRecords);
  }

  /** Both together. */
  SectionSummary and(SectionSummary other) {
    if (equals(NOTHING)) {
      return other;
    }
    Map<String, Long> newest = new HashMap<>(newestRecords);
    other.newestRecords.forEach((egress, number) -> newest.merge(egress, number, Math::max));
    return new SectionSummary(changed || other.changed, newest);
  }
}
