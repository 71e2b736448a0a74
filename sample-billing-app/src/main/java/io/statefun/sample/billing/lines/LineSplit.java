/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.lines;

import io.statefun.io.Ingress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A split of an ingress that reads a file line by line. A position is an offset in the file. */
public final class LineSplit implements Ingress.Split, AutoCloseable {

  private final String id;
  private final LongSupplier readable;
  private final LineReader reader;
  private final Handler handler;
  private volatile @Nullable Runnable wakeUp;
  private volatile long offset;

  /** What is done with a line. */
  @FunctionalInterface
  public interface Handler {

    /**
     * Hands over the messages of a line.
     *
     * @return whether the line was a record, not one to be passed over
     */
    boolean handle(LineReader.Line line, Ingress.Collector out);
  }

  /**
   * @param id the split's id
   * @param file what is read
   * @param readable up to which offset the file may be read now
   * @param handler gets each line
   */
  public LineSplit(String id, Path file, LongSupplier readable, Handler handler) {
    this.id = id;
    this.readable = readable;
    this.reader = new LineReader(file, readable);
    this.handler = handler;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void open(byte @Nullable [] position, Runnable newWakeUp) {
    try {
      reader.seek(position == null ? 0 : ByteBuffer.wrap(position).getLong());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    offset = reader.offset();
    wakeUp = newWakeUp;
  }

  @Override
  public boolean poll(Ingress.Collector out) {
    try {
      LineReader.Line line = reader.next();
      while (line != null && !handler.handle(line, out)) {
        line = reader.next();
      }
      offset = reader.offset();
      return line != null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public byte[] position() {
    return ByteBuffer.allocate(Long.BYTES).putLong(reader.offset()).array();
  }

  /** Wakes the reader up if there is more to read; may be called by any thread at any time. */
  public void wakeUpIfGrown() {
    Runnable open = wakeUp;
    if (open != null && readable.getAsLong() > offset) {
      open.run();
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
