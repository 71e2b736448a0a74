/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.totals;

import io.statefun.function.Context;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import java.util.EnumMap;
import java.util.Map;

/**
 * Counts for the whole application, in one instance. Each event counts once, whatever crashed, so
 * that the counts can be compared with what the auditor finds.
 */
@StatefulFunction(TotalsFunction.TYPE)
public class TotalsFunction {

  /** The function's type name. */
  public static final String TYPE = "billing/totals";

  /** The id of the one instance. */
  public static final String ID = "all";

  /** Counts an event. */
  public static void count(Context context, Count count) {
    context.send(TYPE, ID, new Tally(count));
  }

  @MessageHandler
  void on(Tally tally, @State("counts") MapState<String, Long> counts) {
    String name = tally.count().name();
    counts.put(name, counts.getOrDefault(name, 0L) + 1);
  }

  @MessageHandler
  void on(TotalsQuery query, @State("counts") MapState<String, Long> counts, Context context) {
    Map<Count, Long> result = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      Long value = counts.get(count.name());
      if (value != null) {
        result.put(count, value);
      }
    }
    context.reply(new Totals(result));
  }
}
