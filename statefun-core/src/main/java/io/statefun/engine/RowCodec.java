/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a row is stored: a format byte, then for each state that holds something its name, a kind and
 * the value. States are found by name, so that a function may declare them in another order.
 */
final class RowCodec {

  private static final int FORMAT = 2;

  /** In which the entries of a list or map have a time if and only if the function says so. */
  private static final int UNTOLD_TIMES = 1;

  private static final int VALUE = 0;
  private static final int EXPIRING = 1;
  private static final int LIST = 2;
  private static final int MAP = 3;
  private static final int TIMED_LIST = 4;
  private static final int TIMED_MAP = 5;

  private RowCodec() {}

  static void write(ByteWriter out, Instance instance) {
    out.writeByte(FORMAT);
    FunctionType function = instance.function;
    Object[] slots = instance.slots;
    for (int slot = 0; slot < slots.length; slot++) {
      Object value = slots[slot];
      if (value != null) {
        out.writeBytes(function.stateNames[slot]);
        writeSlot(out, function.states.get(slot).valueType(), value);
      }
    }
    out.writeRaw(instance.undeclared);
  }

  private static void writeSlot(ByteWriter out, MessageType<?> type, Object value) {
    if (value instanceof SlotValue special) {
      writeSpecial(out, type, special);
    } else {
      writeValue(out.writeByte(VALUE), type, value);
    }
  }

  private static void writeSpecial(ByteWriter out, MessageType<?> type, SlotValue value) {
    if (value instanceof SlotValue.Expiring expiring) {
      writeValue(out.writeByte(EXPIRING).writeFixedLong(expiring.since()), type, expiring.value());
    } else if (value instanceof SlotValue.ListHead list) {
      out.writeByte(list.timed() ? TIMED_LIST : LIST)
          .writeVarLong(list.generation())
          .writeFixedLong(list.head())
          .writeFixedLong(list.tail());
    } else if (value instanceof SlotValue.MapHead map) {
      out.writeByte(map.timed() ? TIMED_MAP : MAP).writeVarLong(map.generation());
    }
  }

  @SuppressWarnings("unchecked")
  private static void writeValue(ByteWriter out, MessageType<?> type, Object value) {
    if (value instanceof byte[] stored) {
      out.writeBytes(stored);
    } else {
      ((MessageType<Object>) type).serializeTo(out, value);
    }
  }

  /** A row with what two rows of different states have. */
  static byte[] join(byte[] row, byte[] other) {
    return new ByteWriter(row.length + other.length)
        .writeRaw(row)
        .writeRaw(other, 1, other.length - 1)
        .toByteArray();
  }

  /** Reads a row into an instance without state; an empty one means that there is nothing. */
  static void read(byte[] stored, int offset, int length, Instance instance) {
    if (length == 0) {
      return;
    }
    ByteReader in = new ByteReader(stored, offset, length);
    int format = readFormat(in, instance.address);
    FunctionType function = instance.function;
    ByteWriter undeclared = null;
    int expected = 0;
    while (in.hasRemaining()) {
      int from = in.position();
      int nameLength = in.readVarInt();
      int nameOffset = in.skip(nameLength);
      int slot = function.slot(expected, stored, nameOffset, nameLength);
      Object value = readSlot(in);
      if (slot >= 0) {
        instance.slots[slot] =
            format == UNTOLD_TIMES ? withTimes(value, function.states.get(slot)) : value;
        expected = slot + 1;
      } else {
        undeclared = undeclared == null ? new ByteWriter(64) : undeclared;
        undeclared.writeRaw(stored, from, in.position() - from);
      }
    }
    if (undeclared != null) {
      instance.undeclared = undeclared.toByteArray();
    }
  }

  private static int readFormat(ByteReader in, Address address) {
    int format = in.readByte();
    if (format > FORMAT) {
      throw new NewerFormatException("The state of " + address, format, FORMAT);
    }
    return format;
  }

  /**
   * Reads a row of a function that the application need not have.
   *
   * @return what the slots hold, by the names under which the states are stored
   */
  static Map<String, Object> contents(
      byte[] stored, Address address, @Nullable FunctionType function) {
    Map<String, Object> contents = new LinkedHashMap<>();
    if (stored.length == 0) {
      return contents;
    }
    ByteReader in = new ByteReader(stored);
    int format = readFormat(in, address);
    while (in.hasRemaining()) {
      String name = in.readString();
      Object value = readSlot(in);
      int slot = function == null ? -1 : function.slot(name);
      contents.put(
          name,
          format == UNTOLD_TIMES && function != null && slot >= 0
              ? withTimes(value, function.states.get(slot))
              : value);
    }
    return contents;
  }

  private static Object withTimes(Object value, StateSpec state) {
    boolean timed = StoredEntry.timed(state);
    if (value instanceof SlotValue.ListHead list) {
      return new SlotValue.ListHead(list.generation(), list.head(), list.tail(), timed);
    }
    return value instanceof SlotValue.MapHead map
        ? new SlotValue.MapHead(map.generation(), timed)
        : value;
  }

  private static Object readSlot(ByteReader in) {
    int kind = in.readByte();
    return switch (kind) {
      case VALUE -> in.readBytes();
      case EXPIRING -> {
        long since = in.readFixedLong();
        yield new SlotValue.Expiring(in.readBytes(), since);
      }
      case LIST, TIMED_LIST ->
          new SlotValue.ListHead(
              in.readVarLong(), in.readFixedLong(), in.readFixedLong(), kind == TIMED_LIST);
      case MAP, TIMED_MAP -> new SlotValue.MapHead(in.readVarLong(), kind == TIMED_MAP);
      default -> throw new CorruptDataException("A state is stored in the unknown kind " + kind);
    };
  }
}
