/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.state.Overlay;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a partition does later. Timers rest in its state in the order of their time, so that waiting
 * costs no memory; in memory is only when the next one may be due.
 */
final class Timers {

  private final Overlay overlay;

  /** No timer is due before it. May be too early, never too late. */
  private long nextDue = Long.MIN_VALUE;

  /** No timer lies before this key, so that a scan need not step over those that have fired. */
  private byte[] lowest = Keys.timer(Long.MIN_VALUE, 0);

  Timers(Overlay overlay) {
    this.overlay = overlay;
  }

  /** Sets a timer under a key that {@link Keys#timer} made. */
  void set(byte[] key, Entry entry) {
    overlay.put(key, entry.write());
    nextDue = Math.min(nextDue, Keys.timerMillis(key));
    if (Arrays.compareUnsigned(key, lowest) < 0) {
      lowest = key;
    }
  }

  void remove(byte[] key) {
    overlay.delete(key);
  }

  /** When the next timer may be due, in milliseconds. */
  long nextDue() {
    return nextDue;
  }

  /** Removes and returns the timers that are due, the earliest first, at most so many. */
  List<Entry> due(long now, int limit) {
    if (now < nextDue) {
      return List.of();
    }
    List<byte[]> keys = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    nextDue = Long.MAX_VALUE;
    try (Overlay.Scan scan = overlay.scan(lowest, Keys.timer(Long.MAX_VALUE, -1L))) {
      while (scan.next()) {
        lowest = scan.key();
        long millis = Keys.timerMillis(scan.key());
        if (millis > now || entries.size() == limit) {
          nextDue = millis;
          break;
        }
        keys.add(scan.key());
        entries.add(Entry.read(scan.value()));
      }
    }
    keys.forEach(overlay::delete);
    return entries;
  }

  /**
   * What to do when a timer fires.
   *
   * @param kind what it is about
   * @param message for {@link Kind#MESSAGE} and an {@link Kind#AWAKEABLE} that is open, the
   *     message; otherwise a message to the instance it concerns, without content
   * @param name the cancellation token, the reminder's or the state's name, or the awakeable's id;
   *     may be empty
   */
  record Entry(Kind kind, Message message, String name) {

    /** The upper half of the byte that tells the kind. */
    private static final int FORMAT = 0;

    private static final int FORMAT_BITS = 4;
    private static final Kind[] KINDS = Kind.values();

    /** Whether it has no message to deliver. */
    boolean isEmpty() {
      return message.value().typeName().equals(Message.NOTHING.typeName());
    }

    byte[] write() {
      ByteWriter out = new ByteWriter(128);
      out.writeByte(kind.ordinal()).writeString(name);
      MessageCodec.write(out, message);
      return out.toByteArray();
    }

    static Entry read(byte[] stored) {
      ByteReader in = new ByteReader(stored);
      int first = in.readByte();
      NewerFormatException.check("A stored timer", first >>> FORMAT_BITS, FORMAT);
      if (first >= KINDS.length) {
        throw new CorruptDataException(
            "A timer is stored in the unknown kind " + first + ", perhaps of a newer version");
      }
      Kind kind = KINDS[first];
      String name = in.readString();
      return new Entry(kind, MessageCodec.read(in), name);
    }
  }

  /** What timers are about. The order is part of the stored format. */
  enum Kind {
    /** A delayed message is to be sent. */
    MESSAGE,
    /** A reminder is due. */
    REMINDER,
    /** A state may have expired. */
    PURGE,
    /** An awakeable times out, or what became of it is forgotten. */
    AWAKEABLE
  }
}
