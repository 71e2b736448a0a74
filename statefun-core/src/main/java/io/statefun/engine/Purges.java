/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/** Sets the timers that look after states whose values expire. */
final class Purges {

  private Purges() {}

  /** Has a state looked at when what was written at a time expires. */
  static void set(WorkerInvocation invocation, StateSpec spec, long since) {
    setAt(invocation, spec, since + spec.retention().after().toMillis());
  }

  /** Has a state looked at, at a time. */
  static void setAt(WorkerInvocation invocation, StateSpec spec, long millis) {
    Partition partition = invocation.partition();
    partition.timers.set(
        Keys.timer(millis, partition.nextNumber()),
        new Timers.Entry(
            Timers.Kind.PURGE,
            Message.of(invocation.instance().address, null, Message.NOTHING),
            spec.storedName()));
  }
}
