/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.concurrent.atomic.LongAdder;

/**
 * How the workers of a process have spent their time since it started, in milliseconds, whichever
 * node they belonged to. Workers add to it at most once in a millisecond.
 */
final class WorkerTimes {

  final LongAdder busy = new LongAdder();
  final LongAdder limited = new LongAdder();
  final LongAdder crowded = new LongAdder();
  final LongAdder heldUp = new LongAdder();
}
