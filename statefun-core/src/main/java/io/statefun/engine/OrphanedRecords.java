/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds records that were committed for egresses that the application has no longer. Nobody could
 * deliver them, and to drop them silently would be a loss: the application must say what it wants.
 */
final class OrphanedRecords {

  private final Set<TypeName> known;
  private final boolean othersTakeNewOnes;
  private final Map<TypeName, Long> counts = new TreeMap<>();

  /**
   * @param known the egresses that there are
   * @param surroundings what else takes records
   */
  OrphanedRecords(Set<TypeName> known, Surroundings surroundings) {
    this.known = known;
    this.othersTakeNewOnes = surroundings.takesRecords();
  }

  /** Looks at what a partition brings. */
  void lookAt(Recovery.Recovered recovered) {
    recovered.putAside().forEach((egress, progress) -> count(egress, progress.waiting()));
    if (!othersTakeNewOnes) {
      recovered.unacknowledged().forEach(outgoing -> count(outgoing.egress(), 1));
    }
  }

  private void count(TypeName egress, long records) {
    if (records > 0 && !known.contains(egress) && !egress.equals(RefusedRecords.EGRESS)) {
      counts.merge(egress, records, Long::sum);
    }
  }

  /**
   * Refuses to go on if there are any.
   *
   * @throws EngineStartException if there are
   */
  void refuse() {
    if (counts.isEmpty()) {
      return;
    }
    StringBuilder waiting = new StringBuilder();
    counts.forEach(
        (egress, records) ->
            waiting
                .append(waiting.isEmpty() ? "" : ", ")
                .append(records)
                .append(records == 1 ? " record for '" : " records for '")
                .append(egress)
                .append("'"));
    throw new EngineStartException(
        "Functions have given records to egresses that the application has no longer, and nobody"
            + " would deliver them: "
            + waiting
            + ".",
        "Declare these egresses again until their records are delivered. To lose the records for"
            + " good, name the egresses in 'statefun.discard-records-of-egresses' (in code:"
            + " StateFunEngine.Builder.discardRecordsOf).",
        null);
  }
}
