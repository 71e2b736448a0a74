/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a file into the records that stand on its lines, some at a time, and knows at which byte
 * each ends. Used by one thread.
 */
final class RecordStream implements AutoCloseable {

  private static final int MOST_RECORDS = 1_000;
  private static final int LONGEST_RECORD = 256 * 1024 * 1024;

  private final InputStream in;
  private final boolean quotes;
  private byte[] buffer = new byte[256 * 1024];
  private int filled;
  private boolean ended;

  /** Where in the file the buffer begins. */
  private long base;

  private final int[] starts = new int[MOST_RECORDS];
  private final int[] ends = new int[MOST_RECORDS];
  private int count;

  /** How far the buffer is split, and how far it was looked at. */
  private int split;

  private int seen;
  private boolean quoted;

  /**
   * @param quotes whether an end of line between quotes is a part of the record
   * @param offset where to begin
   */
  RecordStream(InputStream in, boolean quotes, long offset) throws IOException {
    this.in = in;
    this.quotes = quotes;
    in.skipNBytes(offset);
    this.base = offset;
  }

  /** Goes to the next records, and returns how many there are; 0 at the end. */
  int next() throws IOException {
    count = 0;
    while (count == 0) {
      findRecords();
      if (count == 0) {
        if (ended) {
          return 0;
        }
        fill();
      }
    }
    return count;
  }

  private void findRecords() {
    while (count < MOST_RECORDS && seen < filled) {
      byte next = buffer[seen++];
      if (quotes && next == '"') {
        quoted = !quoted;
      } else if (next == '\n' && !quoted) {
        addRecord(seen);
      }
    }
    if (count < MOST_RECORDS && ended && split < filled) {
      addRecord(filled);
    }
  }

  private void addRecord(int end) {
    int last = end;
    while (last > split && buffer[last - 1] <= ' ' && buffer[last - 1] >= 0) {
      last--;
    }
    if (last > split) {
      starts[count] = split;
      ends[count] = end;
      count++;
    }
    split = end;
  }

  private void fill() throws IOException {
    if (split > 0) {
      System.arraycopy(buffer, split, buffer, 0, filled - split);
      base += split;
      filled -= split;
      seen -= split;
      split = 0;
    }
    if (filled == buffer.length) {
      if (filled >= LONGEST_RECORD) {
        throw new IOException("The record at byte " + base + " is longer than " + LONGEST_RECORD);
      }
      buffer = Arrays.copyOf(buffer, 2 * filled);
    }
    int read = in.read(buffer, filled, buffer.length - filled);
    if (read < 0) {
      ended = true;
    } else {
      filled += read;
    }
  }

  /** The bytes that hold the records; valid until the next ones. */
  byte[] buffer() {
    return buffer;
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  /** Where in the file a record ends. */
  long position(int index) {
    return base + ends[index];
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
