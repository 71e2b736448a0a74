/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.query.Condition;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Goes through some instances of a function in one partition, in the order of their ids' bytes, and
 * takes those for which conditions hold. Can be sent from one process to another.
 *
 * @param function the function, by the name under which its instances are stored
 * @param idPrefix what ids begin with
 * @param after the id behind which it begins; null to begin with the first
 * @param states the names of the states to take; all if it is empty
 * @param where what must hold
 * @param limit how many instances to take at most
 */
record StateScan(
    TypeName function,
    String idPrefix,
    @Nullable String after,
    List<String> states,
    List<Condition> where,
    int limit) {

  /** What it finds takes at most, about: well below what logs take of one message. */
  private static final int MAX_BYTES = 384 * 1024;

  /** How many entries are looked at before others get their turn. */
  private static final int MAX_EXAMINED = 5_000;

  /** How many entries of lists and maps of one instance are looked at. */
  private static final int MAX_ENTRIES = 1_000;

  StateScan {
    states = List.copyOf(states);
    where = List.copyOf(where);
  }

  /** The same from another place on, for fewer instances. */
  StateScan from(@Nullable String newAfter, int newLimit) {
    return new StateScan(function, idPrefix, newAfter, states, where, newLimit);
  }

  /**
   * A stored entry of a list or map.
   *
   * @param key its whole key
   */
  record Entry(byte[] key, byte[] value) {}

  /**
   * An instance that was found.
   *
   * @param row its row; empty if it is too large to be sent
   * @param partial whether not all is here
   */
  record Found(String id, byte[] row, List<Entry> entries, boolean partial) {}

  /**
   * What was found in one go.
   *
   * @param examined how many instances were looked at
   * @param last the last of them, behind which it goes on; null if the partition has no more
   */
  record Step(List<Found> found, int examined, @Nullable String last) {

    byte[] write() {
      ByteWriter out = new ByteWriter(1024).writeByte(1).writeVarInt(found.size());
      for (Found one : found) {
        out.writeString(one.id()).writeBytes(one.row()).writeVarInt(one.entries().size());
        one.entries().forEach(entry -> out.writeBytes(entry.key()).writeBytes(entry.value()));
        out.writeBoolean(one.partial());
      }
      out.writeVarInt(examined).writeBoolean(last != null);
      if (last != null) {
        out.writeString(last);
      }
      return out.toByteArray();
    }

    static Step read(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      io.statefun.wire.NewerFormatException.check("The answer to a query", in.readByte(), 1);
      List<Found> found = new ArrayList<>();
      for (int count = in.readVarInt(); count > 0; count--) {
        String id = in.readString();
        byte[] row = in.readBytes();
        List<Entry> entries = new ArrayList<>();
        for (int rest = in.readVarInt(); rest > 0; rest--) {
          entries.add(new Entry(in.readBytes(), in.readBytes()));
        }
        found.add(new Found(id, row, entries, in.readBoolean()));
      }
      int examined = in.readVarInt();
      return new Step(found, examined, in.readBoolean() ? in.readString() : null);
    }
  }

  void write(ByteWriter out) {
    out.writeString(function.toString()).writeString(idPrefix).writeBoolean(after != null);
    if (after != null) {
      out.writeString(after);
    }
    out.writeVarInt(states.size());
    states.forEach(out::writeString);
    out.writeVarInt(where.size());
    for (Condition condition : where) {
      out.writeVarInt(condition.path().size());
      condition.path().forEach(out::writeString);
      out.writeString(condition.operator().symbol());
      Condition.Operand operand = condition.operand();
      out.writeBoolean(operand != null);
      if (operand != null) {
        out.writeString(operand.text()).writeBoolean(operand.quoted());
      }
    }
    out.writeVarInt(limit);
  }

  static StateScan read(ByteReader in) {
    TypeName function = MessageCodec.name(in.readString());
    String idPrefix = in.readString();
    String after = in.readBoolean() ? in.readString() : null;
    List<String> states = readStrings(in);
    List<Condition> where = new ArrayList<>();
    for (int rest = in.readVarInt(); rest > 0; rest--) {
      List<String> path = readStrings(in);
      Condition.Operator operator = operator(in.readString());
      where.add(
          new Condition(
              path,
              operator,
              in.readBoolean() ? new Condition.Operand(in.readString(), in.readBoolean()) : null));
    }
    return new StateScan(function, idPrefix, after, states, where, in.readVarInt());
  }

  private static List<String> readStrings(ByteReader in) {
    List<String> all = new ArrayList<>();
    for (int rest = in.readVarInt(); rest > 0; rest--) {
      all.add(in.readString());
    }
    return all;
  }

  private static Condition.Operator operator(String symbol) {
    return Arrays.stream(Condition.Operator.values())
        .filter(operator -> operator.symbol().equals(symbol))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "This version does not know the operator '" + symbol + "'"));
  }

  /**
   * Looks at instances until it has taken enough, or looked at enough for once.
   *
   * @param view what is committed
   * @throws RequestFailedException if there is no such function
   */
  Step run(StateBackend.View view, NodeServices node) {
    FunctionType type = node.functions().get(function);
    if (type == null) {
      throw new RequestFailedException(
          RequestFailedException.Reason.NOT_FOUND,
          "There is no function '" + function + "' in this application");
    }
    return new Walk(view, type, new ValueTree(node.messageTypes()), node.clock().millis()).walk();
  }

  /** One go. */
  private final class Walk {

    private final StateBackend.View view;
    private final FunctionType type;
    private final ValueTree trees;
    private final long now;
    private final List<Found> found = new ArrayList<>();
    private int examined;
    private int entriesRead;
    private int bytes;

    Walk(StateBackend.View view, FunctionType type, ValueTree trees, long now) {
      this.view = view;
      this.type = type;
      this.trees = trees;
      this.now = now;
    }

    Step walk() {
      byte[] all = Keys.rows(function);
      byte[] those = Keys.append(all, idPrefix.getBytes(StandardCharsets.UTF_8));
      String last = null;
      try (StateBackend.Cursor rows = view.scan(from(all, those), Keys.after(those), true)) {
        while (rows.next()) {
          if (isEnough()) {
            return new Step(found, examined, Objects.requireNonNull(last));
          }
          last = new String(Keys.suffix(rows.key(), all), StandardCharsets.UTF_8);
          examined++;
          look(last, rows.value());
        }
      }
      return new Step(found, examined, null);
    }

    private byte[] from(byte[] all, byte[] those) {
      if (after == null) {
        return those;
      }
      byte[] behind = Keys.append(all, (after + '\0').getBytes(StandardCharsets.UTF_8));
      return Arrays.compareUnsigned(behind, those) > 0 ? behind : those;
    }

    private boolean isEnough() {
      return examined > 0
          && (found.size() >= limit
              || examined + entriesRead >= MAX_EXAMINED
              || bytes >= MAX_BYTES);
    }

    private void look(String id, byte[] row) {
      Address address = Address.of(function, id);
      Map<String, Object> contents;
      try {
        contents = RowCodec.contents(row, address, type);
      } catch (RuntimeException unreadable) {
        if (where.isEmpty()) {
          take(id, row, List.of(), false);
        }
        return;
      }
      List<Entry> entries = new ArrayList<>();
      boolean partial = false;
      for (Map.Entry<String, Object> held : contents.entrySet()) {
        int slot = type.slot(held.getKey());
        if (slot >= 0 && (shows(type.states.get(slot)) || isAsked(type.states.get(slot)))) {
          partial |= collection(address, held.getKey(), held.getValue(), entries);
        }
      }
      if (isTaken(address, row, entries)) {
        take(id, row, entries, partial);
      }
    }

    private boolean isAsked(StateSpec state) {
      return where.stream().anyMatch(condition -> isNamed(state, condition.state()));
    }

    private boolean isTaken(Address address, byte[] row, List<Entry> entries) {
      StateValues values = new StateValues(address, type, now, this::isAsked, trees);
      values.row(row);
      if (!values.holdsSomething()) {
        return false;
      }
      entries.forEach(entry -> values.collectionEntry(entry.key(), entry.value()));
      Map<String, Object> all = byAllNames(values.result());
      return where.stream().allMatch(condition -> condition.holds(all));
    }

    /** Conditions may know a state by a name that it had before. Maps have texts for keys here. */
    private Map<String, Object> byAllNames(Map<String, Object> values) {
      Map<String, Object> all = new LinkedHashMap<>();
      for (StateSpec state : type.states) {
        Object held = values.get(state.name());
        if (held != null) {
          Object content = held instanceof Map<?, ?> map ? byTexts(map) : held;
          all.put(state.name(), content);
          state.aliases().forEach(alias -> all.put(alias, content));
        }
      }
      return all;
    }

    private static Map<String, Object> byTexts(Map<?, ?> map) {
      Map<String, Object> texts = new LinkedHashMap<>();
      map.forEach((key, value) -> texts.put(String.valueOf(key), value));
      return texts;
    }

    /** Takes the first entries of a list or map, and tells whether there are more. */
    private boolean collection(Address address, String state, Object held, List<Entry> entries) {
      byte[] prefix =
          held instanceof SlotValue.ListHead list
              ? Keys.collection(address, state, list.generation())
              : held instanceof SlotValue.MapHead map
                  ? Keys.collection(address, state, map.generation())
                  : null;
      if (prefix == null) {
        return false;
      }
      try (StateBackend.Cursor scan = view.scan(prefix, Keys.after(prefix), true)) {
        long size = 0;
        while (scan.next()) {
          if (entries.size() >= MAX_ENTRIES || size > MAX_BYTES / 2) {
            return true;
          }
          Entry entry = new Entry(scan.key(), scan.value());
          size += entry.key().length + entry.value().length;
          entriesRead++;
          entries.add(entry);
        }
      }
      return false;
    }

    private void take(String id, byte[] row, List<Entry> entries, boolean partial) {
      long size = row.length + (long) id.length();
      for (Entry entry : entries) {
        size += entry.key().length + entry.value().length;
      }
      boolean tooLarge = size > MAX_BYTES;
      found.add(
          tooLarge
              ? new Found(id, new byte[0], List.of(), true)
              : new Found(id, row, entries, partial));
      bytes += tooLarge ? id.length() : (int) size;
    }
  }

  private static boolean named(List<String> names, StateSpec state) {
    return names.stream().anyMatch(name -> isNamed(state, name));
  }

  /** Whether a state has a name, or had it. */
  static boolean isNamed(StateSpec state, String name) {
    return state.name().equals(name) || state.aliases().contains(name);
  }

  /** Whether a state is to be shown. */
  boolean shows(StateSpec state) {
    return states.isEmpty() || named(states, state);
  }
}
