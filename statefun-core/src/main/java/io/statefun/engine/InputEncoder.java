/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.bootstrap.RunBuffer;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.SerializationException;
import io.statefun.wire.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one input as the entries that an instance has: its row, the entries of its
 * lists and maps, and timers for what expires. Used by one thread.
 */
final class InputEncoder {

  /** Instances begin with it; whatever they begin anew later gets a higher number. */
  private static final long GENERATION = 1;

  private final SavepointInput input;
  private final int number;
  private final int partitions;
  private final FunctionType function;
  private final int[] slots;
  private final Instance instance;
  private final ByteWriter key = new ByteWriter(256);
  private final ByteWriter value = new ByteWriter(1024);

  /**
   * @param number the number of the input
   * @throws InvalidInputException if the input does not go with the application's functions
   */
  InputEncoder(SavepointInput input, int number, int partitions, FunctionTypes functions) {
    this.input = input;
    this.number = number;
    this.partitions = partitions;
    this.function = find(input, functions);
    this.slots = slots(input, function);
    this.instance = new Instance(Address.of(function.storedName, ""), function);
  }

  private static FunctionType find(SavepointInput input, FunctionTypes functions) {
    FunctionType found = functions.get(functions.stored(Address.of(input.function(), "")).type());
    if (found == null) {
      throw new InvalidInputException(
          "Input '"
              + input.name()
              + "' is for the function '"
              + input.function()
              + "', which the application does not have. It has "
              + functions.all().stream().map(type -> type.name.toString()).sorted().toList());
    }
    if (found.remote != null) {
      throw new InvalidInputException(
          "Input '"
              + input.name()
              + "' is for the function '"
              + input.function()
              + "', which is elsewhere, so that its states are not known here");
    }
    return found;
  }

  private static int[] slots(SavepointInput input, FunctionType function) {
    int[] slots = new int[input.states().size()];
    List<Integer> used = new ArrayList<>();
    for (int i = 0; i < slots.length; i++) {
      String state = input.states().get(i);
      slots[i] = function.slotOf(state);
      if (slots[i] < 0) {
        throw new InvalidInputException(
            "Input '"
                + input.name()
                + "' has values for the state '"
                + state
                + "', which function '"
                + function.name
                + "' does not declare. It declares "
                + function.states.stream().map(StateSpec::name).sorted().toList());
      }
      if (used.contains(slots[i])) {
        throw new InvalidInputException(
            "Input '" + input.name() + "' has values for the state '" + state + "' twice");
      }
      used.add(slots[i]);
    }
    return slots;
  }

  /** Whether both write the same state of the same function. */
  boolean overlaps(InputEncoder other) {
    if (function != other.function) {
      return false;
    }
    for (int slot : slots) {
      for (int otherSlot : other.slots) {
        if (slot == otherSlot) {
          return true;
        }
      }
    }
    return false;
  }

  /** What is gathered, so that what was gathered differently is not taken for it. */
  void describe(StringBuilder text) {
    text.append(input.name()).append('\n').append(function.storedName).append('\n');
    for (int slot : slots) {
      StateSpec state = function.states.get(slot);
      text.append(state.storedName())
          .append(' ')
          .append(state.kind())
          .append(' ')
          .append(state.valueType().typeName())
          .append(' ')
          .append(state.keyType() == null ? "" : state.keyType().typeName())
          .append(' ')
          .append(state.retention())
          .append('\n');
    }
    text.append(input.definition()).append('\n');
  }

  /**
   * Writes a row.
   *
   * @param row the number of the row, for people
   * @param nextNumber the number for the next timer
   * @return the same after the timers that were set
   */
  long add(
      RunBuffer target,
      long row,
      @Nullable String id,
      @Nullable Object[] values,
      long now,
      long nextNumber) {
    if (id == null) {
      throw invalid(row, "it has no id", null);
    }
    if (values.length != slots.length) {
      throw invalid(row, "it has " + values.length + " values, not " + slots.length, null);
    }
    instance.become(address(row, id));
    int partition = instance.address.partition(partitions);
    long numbers = nextNumber;
    for (int i = 0; i < slots.length; i++) {
      Object given = values[i];
      if (given != null) {
        numbers = set(target, partition, row, slots[i], given, now, numbers);
      }
    }
    if (!instance.isEmpty()) {
      byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
      key.reset();
      key.writeRaw(function.rowPrefix).writeRaw(idBytes);
      value.reset();
      try {
        RowCodec.write(value, instance);
      } catch (SerializationException | ClassCastException e) {
        throw invalid(row, "its values cannot be written: " + e.getMessage(), e);
      }
      target.add(partition, key, number, value);
    }
    return numbers;
  }

  private Address address(long row, String id) {
    try {
      return Address.of(function.storedName, id);
    } catch (IllegalArgumentException e) {
      throw invalid(row, String.valueOf(e.getMessage()), e);
    }
  }

  private long set(
      RunBuffer target,
      int partition,
      long row,
      int slot,
      Object given,
      long now,
      long nextNumber) {
    StateSpec state = function.states.get(slot);
    instance.slots[slot] =
        switch (state.kind()) {
          case VALUE -> value(row, state, given, now);
          case LIST -> list(target, partition, row, state, given, now);
          case MAP -> map(target, partition, row, state, given, now);
        };
    if (instance.slots[slot] == null || state.retention().mode() == Retention.Mode.FOREVER) {
      return nextNumber;
    }
    key.reset();
    key.writeRaw(Keys.timer(now + state.retention().after().toMillis(), nextNumber));
    value.reset();
    value.writeRaw(
        new Timers.Entry(
                Timers.Kind.PURGE,
                Message.of(instance.address, null, Message.NOTHING),
                state.storedName())
            .write());
    target.add(partition, key, number, value);
    return nextNumber + 1;
  }

  private Object value(long row, StateSpec state, Object given, long now) {
    MessageType<?> type = state.valueType();
    requireType(row, state, type, given);
    // A row takes an array for a value in its stored form.
    Object held = given instanceof byte[] ? serialize(row, state, type, given) : given;
    return state.retention().mode() == Retention.Mode.FOREVER
        ? held
        : new SlotValue.Expiring(held, now);
  }

  private @Nullable Object list(
      RunBuffer target, int partition, long row, StateSpec state, Object given, long now) {
    if (!(given instanceof Iterable<?> entries)) {
      throw wrongType(row, state, "a list of " + state.valueType().javaType().getName(), given);
    }
    boolean timed = StoredEntry.timed(state);
    byte[] prefix = Keys.collection(instance.address, state.storedName(), GENERATION);
    long count = 0;
    for (Object entry : entries) {
      key.reset();
      key.writeRaw(prefix).writeFixedLong(count++);
      writeEntry(row, state, entry, timed, now);
      target.add(partition, key, number, value);
    }
    return count == 0 ? null : new SlotValue.ListHead(GENERATION, 0, count, timed);
  }

  private @Nullable Object map(
      RunBuffer target, int partition, long row, StateSpec state, Object given, long now) {
    MessageType<?> keyType = Objects.requireNonNull(state.keyType());
    if (!(given instanceof Map<?, ?> entries)) {
      throw wrongType(row, state, "a map", given);
    }
    boolean timed = StoredEntry.timed(state);
    byte[] prefix = Keys.collection(instance.address, state.storedName(), GENERATION);
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      requireType(row, state, keyType, entry.getKey());
      key.reset();
      key.writeRaw(prefix).writeRaw(serialize(row, state, keyType, entry.getKey()));
      writeEntry(row, state, entry.getValue(), timed, now);
      target.add(partition, key, number, value);
    }
    return entries.isEmpty() ? null : new SlotValue.MapHead(GENERATION, timed);
  }

  private void writeEntry(
      long row, StateSpec state, @Nullable Object entry, boolean timed, long now) {
    requireType(row, state, state.valueType(), entry);
    value.reset();
    if (timed) {
      value.writeFixedLong(now);
    }
    value.writeRaw(serialize(row, state, state.valueType(), Objects.requireNonNull(entry)));
  }

  @SuppressWarnings("unchecked")
  private byte[] serialize(long row, StateSpec state, MessageType<?> type, Object given) {
    try {
      return ((MessageType<Object>) type).serialize(given);
    } catch (SerializationException e) {
      throw invalid(
          row, "the value of state '" + state.name() + "' cannot be written: " + e.getMessage(), e);
    }
  }

  private void requireType(long row, StateSpec state, MessageType<?> type, @Nullable Object given) {
    if (!type.javaType().isInstance(given)) {
      throw wrongType(row, state, type.javaType().getName(), given);
    }
  }

  private InvalidInputException wrongType(
      long row, StateSpec state, String expected, @Nullable Object given) {
    return invalid(
        row,
        "state '"
            + state.name()
            + "' takes "
            + expected
            + ", not "
            + (given == null ? "null" : given.getClass().getName()),
        null);
  }

  private InvalidInputException invalid(long row, String why, @Nullable Throwable cause) {
    String text = "Row " + (row + 1) + " of input '" + input.name() + "': " + why;
    return cause == null ? new InvalidInputException(text) : new InvalidInputException(text, cause);
  }
}
