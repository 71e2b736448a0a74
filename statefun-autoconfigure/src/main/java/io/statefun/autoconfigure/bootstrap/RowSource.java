/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that can be read from where one has stopped. */
interface RowSource {

  /** Stands for all columns, as a map or a JSON object. */
  String ALL = "*";

  /**
   * What rows it has and in which order; if that is another than before, a position is of no use.
   */
  String definition();

  /**
   * Begins to read.
   *
   * @param columns the columns that are wanted, first of all the id
   * @param position where to begin, behind the row of which a batch has said it; null for the first
   * @throws BootstrapSourceException if that is not possible; it says what to do
   */
  Reader open(List<String> columns, byte @Nullable [] position) throws IOException;

  /** How much there is, in the measure of {@link Reader#done}; -1 if that is not known (yet). */
  long size();

  /** Reads the rows. Used by one thread. */
  interface Reader extends AutoCloseable {

    /** The next rows; null if there are no more. */
    @Nullable Batch next() throws IOException;

    /** How much was read, with what was read before it was opened. */
    long done();

    @Override
    void close();
  }

  /** Some rows. */
  interface Batch {

    int size();

    /** The values of a row, in the order of the columns that are wanted. */
    @Nullable Object[] row(int index);

    /** Where to begin behind a row. */
    byte[] position(int index);
  }
}
