/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads rows in a thread of its own while others are written. */
final class ReadAhead implements AutoCloseable {

  private static final int BATCHES = 8;

  private final RowSource.Reader reader;
  private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(BATCHES);
  private final Thread thread = new Thread(this::readAll, "statefun-bootstrap-read");

  /** A batch, or that there is no more, or why. */
  private record Step(RowSource.@Nullable Batch batch, long done, @Nullable Throwable failure) {}

  private long done;

  ReadAhead(RowSource.Reader reader) {
    this.reader = reader;
    this.done = reader.done();
    thread.setDaemon(true);
    thread.start();
  }

  private void readAll() {
    try {
      try {
        RowSource.Batch batch;
        do {
          batch = reader.next();
          steps.put(new Step(batch, reader.done(), null));
        } while (batch != null);
      } catch (IOException | RuntimeException | Error e) {
        steps.put(new Step(null, 0, e));
      }
    } catch (InterruptedException e) {
      // Nobody wants them any more.
    }
  }

  /** The next rows; null if there are no more. */
  RowSource.@Nullable Batch next() throws IOException {
    Step step;
    try {
      step = steps.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
    if (step.failure() instanceof IOException known) {
      throw known;
    }
    if (step.failure() != null) {
      throw new IOException(step.failure());
    }
    done = step.done();
    return step.batch();
  }

  /** How much was read. */
  long done() {
    return done;
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    reader.close();
  }
}
