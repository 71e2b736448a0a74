/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypedValue;
import io.statefun.state.Overlay;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Some dead letters of a partition, as an answer that can go from one process to another.
 *
 * @param letters the dead letters
 * @param more whether there are more behind them
 */
record DeadLetterPage(List<Entry> letters, boolean more) {

  /** What an answer takes at most, well below what logs take of one message. */
  private static final int MAX_BYTES = 256 * 1024;

  private static final int MAX_VALUE = 64 * 1024;

  /**
   * A dead letter.
   *
   * @param number its number in the partition
   * @param cut whether the message is longer than what there is of it
   */
  record Entry(long number, boolean cut, DeadLetter letter) {}

  /** The answer to a question. */
  static byte[] of(Partition partition, Control.ListDeadLetters list) {
    ByteWriter out = new ByteWriter(1024);
    int count = 0;
    try (Overlay.Scan scan =
        partition.overlay.scan(
            Keys.deadLetter(list.after() + 1), Keys.after(Keys.allDeadLetters()))) {
      while (scan.next()) {
        if (count == list.limit() || out.size() > MAX_BYTES) {
          return out.writeBoolean(false).writeBoolean(true).toByteArray();
        }
        count++;
        write(out, Keys.lastNumber(scan.key()), DeadLetter.read(scan.value()));
      }
    }
    return out.writeBoolean(false).writeBoolean(false).toByteArray();
  }

  private static void write(ByteWriter out, long number, DeadLetter letter) {
    byte[] value = letter.value().bytes();
    boolean cut = value.length > MAX_VALUE;
    DeadLetter sent =
        cut
            ? letter.with(
                TypedValue.ofBytes(letter.value().typeName(), Arrays.copyOf(value, MAX_VALUE)))
            : letter;
    out.writeBoolean(true).writeVarLong(number).writeBoolean(cut).writeBytes(sent.write());
  }

  /** Reads an answer. */
  static DeadLetterPage read(byte[] answer) {
    ByteReader in = new ByteReader(answer);
    List<Entry> letters = new ArrayList<>();
    while (in.readBoolean()) {
      letters.add(new Entry(in.readVarLong(), in.readBoolean(), DeadLetter.read(in.readBytes())));
    }
    return new DeadLetterPage(letters, in.readBoolean());
  }
}
