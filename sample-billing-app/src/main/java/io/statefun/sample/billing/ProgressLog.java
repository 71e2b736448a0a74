/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.sample.billing.totals.Count;
import io.statefun.sample.billing.totals.Totals;
import io.statefun.sample.billing.totals.TotalsFunction;
import io.statefun.sample.billing.totals.TotalsQuery;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says in the log how far the billing is, when it has changed. */
@Component
class ProgressLog {

  private static final Logger log = LoggerFactory.getLogger(ProgressLog.class);

  private final StateFunTemplate functions;
  private final AtomicReference<String> last = new AtomicReference<>("");

  ProgressLog(StateFunTemplate functions) {
    this.functions = functions;
  }

  void log() {
    functions
        .request(
            TotalsFunction.TYPE,
            TotalsFunction.ID,
            new TotalsQuery(TotalsFunction.ID),
            Totals.class)
        .whenComplete(
            (totals, failure) -> {
              if (failure == null) {
                logIfNew(text(totals));
              } else {
                log.debug("The totals did not come", failure);
              }
            });
  }

  private void logIfNew(String text) {
    if (!text.equals(last.getAndSet(text))) {
      log.info(text);
    }
  }

  static String text(Totals totals) {
    return String.format(
        Locale.ROOT,
        "paid %,d of %,d  |  users %,d  |  declined and tried again %,d  |  given up %,d"
            + "  |  duplicates %,d  |  unknown %,d",
        totals.of(Count.PAID),
        totals.of(Count.DUE),
        totals.of(Count.USERS),
        totals.of(Count.RETRIED),
        totals.of(Count.GIVEN_UP),
        totals.of(Count.DUPLICATES),
        totals.of(Count.UNKNOWN));
  }
}
