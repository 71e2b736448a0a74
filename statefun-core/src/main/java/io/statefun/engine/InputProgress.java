/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * How far the inputs of a savepoint were read, as each run has it. The runs are a chain: each names
 * the one before.
 */
final class InputProgress {

  private static final int FORMAT = 1;
  private static final UUID NONE = new UUID(0, 0);

  final long[] rows;
  final boolean[] ended;

  /** Where inputs go on, of those that said so. */
  final Map<Integer, byte[]> positions = new HashMap<>();

  /** The number that the next timer gets. */
  long nextNumber = 1;

  /** The newest run, and the one before. */
  UUID run = NONE;

  private UUID previous = NONE;

  InputProgress(int inputs) {
    rows = new long[inputs];
    ended = new boolean[inputs];
  }

  /** What is known when another run is there. */
  byte[] next(UUID newRun) {
    previous = run;
    run = newRun;
    return write();
  }

  boolean follows(InputProgress before) {
    return previous.equals(before.run);
  }

  boolean allEnded() {
    for (boolean one : ended) {
      if (!one) {
        return false;
      }
    }
    return true;
  }

  long allRows() {
    long sum = 0;
    for (long count : rows) {
      sum += count;
    }
    return sum;
  }

  private byte[] write() {
    ByteWriter out = new ByteWriter(256);
    out.writeVarInt(FORMAT);
    write(out, run);
    write(out, previous);
    out.writeVarLong(nextNumber);
    for (int input = 0; input < rows.length; input++) {
      byte[] position = positions.get(input);
      out.writeVarLong(rows[input])
          .writeBoolean(ended[input])
          .writeBoolean(position != null)
          .writeBytes(position == null ? new byte[0] : position);
    }
    return out.toByteArray();
  }

  private static void write(ByteWriter out, UUID id) {
    out.writeFixedLong(id.getMostSignificantBits()).writeFixedLong(id.getLeastSignificantBits());
  }

  static InputProgress read(int inputs, byte[] stored) {
    ByteReader in = new ByteReader(stored);
    int format = in.readVarInt();
    if (format != FORMAT) {
      throw new IllegalStateException("A run is of the unknown format " + format);
    }
    InputProgress progress = new InputProgress(inputs);
    progress.run = new UUID(in.readFixedLong(), in.readFixedLong());
    progress.previous = new UUID(in.readFixedLong(), in.readFixedLong());
    progress.nextNumber = in.readVarLong();
    for (int input = 0; input < inputs; input++) {
      progress.rows[input] = in.readVarLong();
      progress.ended[input] = in.readBoolean();
      boolean known = in.readBoolean();
      byte[] position = in.readBytes();
      if (known) {
        progress.positions.put(input, position);
      }
    }
    return progress;
  }
}
