/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The keys under which a partition keeps what it knows. The first byte tells the kind; what must be
 * found together stands together; numbers are written so that their order is the bytes' order.
 */
final class Keys {

  private static final int ROW = 'r';
  private static final int COLLECTION = 'c';
  private static final int TIMER = 't';
  private static final int TOKEN = 'k';
  private static final int REMINDER = 'n';
  private static final int ASYNC = 'y';
  private static final int OUTBOX = 'o';
  private static final int BLOCKED = 'b';
  private static final int POSITION = 'i';
  private static final int DEAD_LETTER = 'd';
  private static final int ACKNOWLEDGED = 'a';
  private static final int COUNTERS = 'm';
  private static final int GARBAGE = 'g';
  private static final int BACKLOG = 'l';
  private static final int PUT_ASIDE = 'e';
  private static final int SAVEPOINT = 's';
  private static final int CALL = 'x';
  private static final int WAITING = 'w';
  private static final int QUEUE = 'q';
  private static final int STATE_TYPE = 'v';
  private static final int KEYED_CALL = 'f';
  private static final int AWAKEABLE = 'u';

  /** What an entry is. */
  enum Kind {
    ROW(Keys.ROW),
    COLLECTION(Keys.COLLECTION),
    TIMER(Keys.TIMER),
    TOKEN(Keys.TOKEN),
    REMINDER(Keys.REMINDER),
    ASYNC(Keys.ASYNC),
    OUTBOX(Keys.OUTBOX),
    BLOCKED(Keys.BLOCKED),
    POSITION(Keys.POSITION),
    DEAD_LETTER(Keys.DEAD_LETTER),
    ACKNOWLEDGED(Keys.ACKNOWLEDGED),
    COUNTERS(Keys.COUNTERS),
    GARBAGE(Keys.GARBAGE),
    BACKLOG(Keys.BACKLOG),
    PUT_ASIDE(Keys.PUT_ASIDE),
    SAVEPOINT(Keys.SAVEPOINT),
    CALL(Keys.CALL),
    WAITING(Keys.WAITING),
    QUEUE(Keys.QUEUE),
    STATE_TYPE(Keys.STATE_TYPE),
    KEYED_CALL(Keys.KEYED_CALL),
    AWAKEABLE(Keys.AWAKEABLE);

    private final int first;

    Kind(int first) {
      this.first = first;
    }
  }

  private Keys() {}

  /**
   * What an entry with a key is.
   *
   * @throws CorruptDataException if this version does not know it
   */
  static Kind kind(byte[] key) {
    for (Kind kind : Kind.values()) {
      if (key.length > 0 && key[0] == kind.first) {
        return kind;
      }
    }
    throw new CorruptDataException(
        "The state has an entry of an unknown kind, perhaps of a newer version: " + toHex(key));
  }

  private static String toHex(byte[] key) {
    return HexFormat.of().formatHex(key, 0, Math.min(key.length, 32));
  }

  /** The instance to which an entry with such a key belongs that {@link #ofInstance} begins. */
  static Address owner(byte[] key) {
    return MessageCodec.readAddress(new ByteReader(key, 1, key.length - 1));
  }

  /** The instance's values. */
  static byte[] row(Address address) {
    ByteWriter out = new ByteWriter(64);
    return out.writeRaw(rows(address.type()))
        .writeRaw(address.id().getBytes(StandardCharsets.UTF_8))
        .toByteArray();
  }

  /** What the rows of all instances of a function begin with; the id follows. */
  static byte[] rows(TypeName function) {
    return new ByteWriter(64)
        .writeByte(ROW)
        .writeRaw(function.toString().getBytes(StandardCharsets.UTF_8))
        .writeByte(0)
        .toByteArray();
  }

  static byte[] allRows() {
    return new byte[] {ROW};
  }

  /** The address that a row's key stands for. */
  static Address rowAddress(byte[] key) {
    int zero = 1;
    while (key[zero] != 0) {
      zero++;
    }
    return Address.of(
        MessageCodec.name(new String(key, 1, zero - 1, StandardCharsets.UTF_8)),
        new String(key, zero + 1, key.length - zero - 1, StandardCharsets.UTF_8));
  }

  /** What the keys of all entries of one list or map begin with. */
  static byte[] collection(Address address, String state, long generation) {
    return ofInstance(COLLECTION, address)
        .writeString(state)
        .writeFixedLong(generation)
        .toByteArray();
  }

  static byte[] append(byte[] prefix, byte[] suffix) {
    byte[] key = Arrays.copyOf(prefix, prefix.length + suffix.length);
    System.arraycopy(suffix, 0, key, prefix.length, suffix.length);
    return key;
  }

  static byte[] append(byte[] prefix, long number) {
    return new ByteWriter(prefix.length + 8).writeRaw(prefix).writeFixedLong(number).toByteArray();
  }

  static long lastNumber(byte[] key) {
    return new ByteReader(key, key.length - 8, 8).readFixedLong();
  }

  static boolean begins(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  static byte[] suffix(byte[] key, byte[] prefix) {
    return Arrays.copyOfRange(key, prefix.length, key.length);
  }

  /** A timer, in the order of time, then of scheduling. */
  static byte[] timer(long millis, long sequence) {
    return new ByteWriter(17)
        .writeByte(TIMER)
        .writeFixedLong(millis ^ Long.MIN_VALUE)
        .writeFixedLong(sequence)
        .toByteArray();
  }

  static long timerMillis(byte[] key) {
    return new ByteReader(key, 1, 8).readFixedLong() ^ Long.MIN_VALUE;
  }

  static byte[] allTimers() {
    return new byte[] {TIMER};
  }

  static byte[] token(Address owner, String token) {
    return ofInstance(TOKEN, owner).writeString(token).toByteArray();
  }

  static byte[] reminder(Address owner, String name) {
    return ofInstance(REMINDER, owner).writeString(name).toByteArray();
  }

  static byte[] reminders(Address owner) {
    return ofInstance(REMINDER, owner).toByteArray();
  }

  static byte[] async(long sequence) {
    return numbered(ASYNC, sequence);
  }

  static byte[] allAsync() {
    return new byte[] {ASYNC};
  }

  static byte[] outbox() {
    return new byte[] {OUTBOX};
  }

  static byte[] blocked(Address address) {
    return ofInstance(BLOCKED, address).toByteArray();
  }

  static byte[] allBlocked() {
    return new byte[] {BLOCKED};
  }

  static Address blockedAddress(byte[] key) {
    return owner(key);
  }

  static byte[] position(TypeName ingress, String split) {
    return new ByteWriter(64)
        .writeByte(POSITION)
        .writeString(ingress.toString())
        .writeString(split)
        .toByteArray();
  }

  static byte[] deadLetter(long sequence) {
    return numbered(DEAD_LETTER, sequence);
  }

  static byte[] allDeadLetters() {
    return new byte[] {DEAD_LETTER};
  }

  static byte[] acknowledged(TypeName egress) {
    return new ByteWriter(64).writeByte(ACKNOWLEDGED).writeString(egress.toString()).toByteArray();
  }

  static byte[] allAcknowledged() {
    return new byte[] {ACKNOWLEDGED};
  }

  /** Where the records for an egress that are put aside begin and end. */
  static byte[] backlog(TypeName egress) {
    return new ByteWriter(64).writeByte(BACKLOG).writeString(egress.toString()).toByteArray();
  }

  static byte[] allBacklogs() {
    return new byte[] {BACKLOG};
  }

  static TypeName backlogEgress(byte[] key) {
    return MessageCodec.name(new ByteReader(key, 1, key.length - 1).readString());
  }

  /** A record for an egress that is put aside, in the order of their places. */
  static byte[] putAside(TypeName egress, long place) {
    return new ByteWriter(64)
        .writeByte(PUT_ASIDE)
        .writeString(egress.toString())
        .writeFixedLong(place)
        .toByteArray();
  }

  static byte[] counters() {
    return new byte[] {COUNTERS};
  }

  /** The number of the newest savepoint that the partition has a part in, or is past. */
  static byte[] savepoint() {
    return new byte[] {SAVEPOINT};
  }

  /** The call of an instance elsewhere. */
  static byte[] call(Address address) {
    return ofInstance(CALL, address).toByteArray();
  }

  static byte[] allCalls() {
    return new byte[] {CALL};
  }

  /** Messages that wait while an instance elsewhere is called, in the order of their numbers. */
  static byte[] waiting(Address address, long number) {
    return ofInstance(WAITING, address).writeFixedLong(number).toByteArray();
  }

  static byte[] allWaiting() {
    return new byte[] {WAITING};
  }

  /** What the keys of the messages begin with that wait for a function elsewhere. */
  static byte[] queue(TypeName function) {
    return new ByteWriter(64).writeByte(QUEUE).writeString(function.toString()).toByteArray();
  }

  static byte[] allQueues() {
    return new byte[] {QUEUE};
  }

  static TypeName queueFunction(byte[] key) {
    return MessageCodec.name(new ByteReader(key, 1, key.length - 1).readString());
  }

  /** The type of the values of a state of a function elsewhere. */
  static byte[] stateType(TypeName function, String state) {
    return new ByteWriter(64)
        .writeByte(STATE_TYPE)
        .writeString(function.toString())
        .writeString(state)
        .toByteArray();
  }

  /** A call of an instance with a key. */
  static byte[] keyedCall(Address target, String key) {
    return ofInstance(KEYED_CALL, target).writeString(key).toByteArray();
  }

  /** What an instance waits for from outside. */
  static byte[] awakeable(byte[] id) {
    return new ByteWriter(id.length + 1).writeByte(AWAKEABLE).writeRaw(id).toByteArray();
  }

  static byte[] garbage(byte[] prefix) {
    return new ByteWriter(prefix.length + 1).writeByte(GARBAGE).writeRaw(prefix).toByteArray();
  }

  static byte[] allGarbage() {
    return new byte[] {GARBAGE};
  }

  /** The first key after all that begin with a prefix. */
  static byte[] after(byte[] prefix) {
    byte[] end = prefix.clone();
    for (int i = end.length - 1; i >= 0; i--) {
      if (end[i] != (byte) 0xff) {
        end[i]++;
        return Arrays.copyOf(end, i + 1);
      }
    }
    throw new IllegalArgumentException("Nothing comes after a prefix of 0xff alone");
  }

  private static byte[] numbered(int kind, long number) {
    return new ByteWriter(9).writeByte(kind).writeFixedLong(number).toByteArray();
  }

  private static ByteWriter ofInstance(int kind, Address address) {
    ByteWriter out = new ByteWriter(64).writeByte(kind);
    MessageCodec.writeAddress(out, address);
    return out;
  }
}
