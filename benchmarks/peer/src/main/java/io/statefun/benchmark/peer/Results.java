/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.peer;

import io.statefun.benchmark.Latencies;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.statefun.flink.harness.io.SerializableConsumer;
import org.apache.flink.statefun.sdk.reqreply.generated.TypedValue;

/** Counts what comes out of the chain, and measures how old it is, for the whole process. */
final class Results implements SerializableConsumer<TypedValue> {

  static final Latencies AGES = new Latencies();
  static final LongAdder COUNT = new LongAdder();
  static final LongAdder SUM = new LongAdder();

  private static final long serialVersionUID = 1L;

  @Override
  public void accept(TypedValue value) {
    long event = Events.number(value);
    long age = Events.nanosSinceDue(event);
    if (age > 0) {
      AGES.add(age);
    }
    SUM.add(event);
    COUNT.increment();
  }
}
