/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.snapshot.EpochReader;
import io.statefun.wire.ByteReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Gathers what the parts of a savepoint have of one instance. */
final class InstanceReader implements EpochReader.Visitor {

  private final Address address;
  private final @Nullable FunctionType function;
  private final ValueText text;
  private final int limit;
  private final List<StateReader> states = new ArrayList<>();
  private final First<InstanceContent.Waiting> messages = new First<>();
  private final EarliestTimers timers = new EarliestTimers();
  private final First<InstanceContent.Reminder> reminders = new First<>();
  private final First<String> operations = new First<>();
  private final First<InstanceContent.Dead> deadLetters = new First<>();

  /**
   * @param address the instance, under its stored name
   * @param function its function, if the application has it
   * @param limit how many to keep of all that may be many
   */
  InstanceReader(Address address, @Nullable FunctionType function, ValueText text, int limit) {
    this.address = address;
    this.function = function;
    this.text = text;
    this.limit = limit;
  }

  /** Takes an entry of the state of any partition. */
  @Override
  public void put(byte[] key, byte[] value) {
    switch (Keys.kind(key)) {
      case ROW -> {
        if (Keys.rowAddress(key).equals(address)) {
          row(value);
        }
      }
      case REMINDER -> {
        byte[] own = Keys.reminders(address);
        if (Keys.begins(key, own)) {
          reminders.add(
              new InstanceContent.Reminder(
                  InstanceReminders.reminder(Keys.suffix(key, own), value),
                  text.of(InstanceReminders.message(value).value())));
        }
      }
      case TIMER -> timer(Keys.timerMillis(key), Timers.Entry.read(value));
      case ASYNC -> {
        ByteReader in = new ByteReader(value);
        if (MessageCodec.readAddress(in).equals(address)) {
          operations.add(text.of(MessageCodec.readValue(in)));
        }
      }
      case OUTBOX -> waiting(InstanceContent.Place.OUTBOX, Chunks.unpack(value));
      case BLOCKED -> {
        if (Keys.blockedAddress(key).equals(address)) {
          waiting(InstanceContent.Place.BLOCKED, Chunks.unpack(value));
        }
      }
      case CALL -> {
        if (Keys.owner(key).equals(address)) {
          waiting(InstanceContent.Place.CALLED, RemoteCall.messages(value));
        }
      }
      case WAITING -> {
        if (Keys.owner(key).equals(address)) {
          waiting(InstanceContent.Place.QUEUED, Chunks.unpack(value));
        }
      }
      case QUEUE -> waiting(InstanceContent.Place.QUEUED, Chunks.unpack(value));
      case DEAD_LETTER -> deadLetter(DeadLetter.read(value));
      case COLLECTION,
          TOKEN,
          POSITION,
          ACKNOWLEDGED,
          COUNTERS,
          GARBAGE,
          BACKLOG,
          PUT_ASIDE,
          SAVEPOINT,
          STATE_TYPE,
          KEYED_CALL,
          AWAKEABLE -> {
        // Of the instance these say nothing, or nothing more.
      }
    }
  }

  @Override
  public void pending(byte[] stored) {
    PendingMessages one = new PendingMessages();
    one.read(stored);
    waiting(InstanceContent.Place.MAILBOX, one.mailbox);
    waiting(InstanceContent.Place.OUTBOX, one.outbox);
    waiting(InstanceContent.Place.BLOCKED, one.blocked);
    waiting(InstanceContent.Place.QUEUED, one.remote);
  }

  /** Takes a chunk of messages that were on their way to any partition. */
  void channel(byte[] chunk) {
    waiting(InstanceContent.Place.CHANNEL, Chunks.unpack(chunk));
  }

  /** Takes messages that wait somewhere, for whomever they are. */
  void waiting(InstanceContent.Place place, Iterable<Message> all) {
    for (Message message : all) {
      if (message.target().equals(address)) {
        messages.add(
            new InstanceContent.Waiting(place, message.source(), text.of(message.value())));
      }
    }
  }

  private void timer(long millis, Timers.Entry entry) {
    Message message = entry.message();
    boolean toIt = message.target().equals(address);
    switch (entry.kind()) {
      case MESSAGE -> {
        if (toIt || isAddress(message.source())) {
          timers.add(
              millis,
              (toIt ? "message from " + sender(message.source()) : "message to " + message.target())
                  + (entry.name().isEmpty() ? "" : ", token " + ValueText.shorten(entry.name()))
                  + ": "
                  + text.of(message.value()));
        }
      }
      case PURGE -> {
        if (toIt) {
          timers.add(millis, "state '" + ValueText.shorten(entry.name()) + "' may expire");
        }
      }
      case AWAKEABLE -> {
        if (toIt && !entry.isEmpty()) {
          timers.add(
              millis, "awakeable " + entry.name() + " times out: " + text.of(message.value()));
        }
      }
      case REMINDER -> {
        // The reminder itself says more.
      }
    }
  }

  private boolean isAddress(@Nullable Address other) {
    return other != null && other.equals(address);
  }

  private static String sender(@Nullable Address source) {
    return source == null ? "outside" : source.toString();
  }

  private void deadLetter(DeadLetter letter) {
    if (isAddress(letter.target())) {
      deadLetters.add(
          new InstanceContent.Dead(
              letter.time(),
              letter.source(),
              text.of(letter.value()),
              ValueText.shorten(letter.cause())));
    }
  }

  private void row(byte[] stored) {
    Map<String, Object> contents =
        new LinkedHashMap<>(RowCodec.contents(stored, address, function));
    declaredStates().forEach(spec -> states.add(state(spec, contents.remove(spec.storedName()))));
    contents.forEach((name, held) -> states.add(new StateReader(name, null, held)));
  }

  private List<StateSpec> declaredStates() {
    return function == null ? List.of() : function.states;
  }

  private StateReader state(StateSpec spec, @Nullable Object held) {
    return new StateReader(spec.storedName(), spec, held);
  }

  /** Whether the instance has lists or maps, of which {@link #collectionEntry} takes entries. */
  boolean hasCollections() {
    return states.stream().anyMatch(state -> state.prefix != null);
  }

  /** Takes an entry of the state of the instance's partition, once all others have been taken. */
  void collectionEntry(byte[] key, byte[] value) {
    for (StateReader state : states) {
      state.entry(key, value);
    }
  }

  InstanceContent result() {
    if (states.isEmpty()) {
      declaredStates().forEach(spec -> states.add(state(spec, null)));
    }
    return new InstanceContent(
        address,
        states.stream().map(StateReader::result).toList(),
        messages.result(),
        timers.result(),
        reminders.result(),
        operations.result(),
        deadLetters.result());
  }

  /** A state of the instance. */
  private final class StateReader {

    private final String storedName;
    private final @Nullable StateSpec spec;
    private final @Nullable Object held;
    private final First<InstanceContent.Entry> entries = new First<>();

    /** What the keys of its entries begin with; null if it is no list or map. */
    private final byte @Nullable [] prefix;

    StateReader(String storedName, @Nullable StateSpec spec, @Nullable Object held) {
      this.storedName = storedName;
      this.spec = spec;
      this.held = held;
      this.prefix = prefix(held);
    }

    private byte @Nullable [] prefix(@Nullable Object of) {
      if (of instanceof SlotValue.ListHead list) {
        return Keys.collection(address, storedName, list.generation());
      }
      return of instanceof SlotValue.MapHead map
          ? Keys.collection(address, storedName, map.generation())
          : null;
    }

    void entry(byte[] key, byte[] value) {
      byte[] own = prefix;
      if (own == null || !Keys.begins(key, own)) {
        return;
      }
      if (held instanceof SlotValue.ListHead list) {
        long number = Keys.lastNumber(key);
        if (number >= list.head() && number < list.tail()) {
          entries.add(
              new InstanceContent.Entry(
                  Long.toString(number - list.head()), entryText(list.timed(), value)));
        }
      } else if (held instanceof SlotValue.MapHead map) {
        byte[] mapKey = Keys.suffix(key, own);
        entries.add(
            new InstanceContent.Entry(
                spec == null || spec.keyType() == null
                    ? ValueText.raw(mapKey)
                    : text.of(spec.keyType(), mapKey),
                entryText(map.timed(), value)));
      }
    }

    private String entryText(boolean timed, byte[] stored) {
      return valueText(
          timed && stored.length >= StoredEntry.TIME ? StoredEntry.withoutTime(stored) : stored);
    }

    private String valueText(byte[] stored) {
      return spec == null ? ValueText.raw(stored) : text.of(spec.valueType(), stored);
    }

    InstanceContent.StateContent result() {
      Object content = held instanceof SlotValue.Expiring expiring ? expiring.value() : held;
      return new InstanceContent.StateContent(
          spec == null ? storedName : spec.name(),
          kind(),
          spec != null,
          content instanceof byte[] stored ? valueText(stored) : null,
          held instanceof SlotValue.Expiring expiring
              ? Instant.ofEpochMilli(expiring.since())
              : null,
          entries.result());
    }

    private StateSpec.Kind kind() {
      if (held instanceof SlotValue.ListHead) {
        return StateSpec.Kind.LIST;
      }
      if (held instanceof SlotValue.MapHead) {
        return StateSpec.Kind.MAP;
      }
      return spec == null || held != null ? StateSpec.Kind.VALUE : spec.kind();
    }
  }

  /** Keeps the first of what comes, and counts the rest. */
  private final class First<T> {

    private final List<T> first = new ArrayList<>();
    private long count;

    void add(T next) {
      count++;
      if (first.size() < limit) {
        first.add(next);
      }
    }

    InstanceContent.Some<T> result() {
      return new InstanceContent.Some<>(count, first);
    }
  }

  /** Keeps those that are due first, which come in the order of their partitions. */
  private final class EarliestTimers {

    private static final Comparator<InstanceContent.Timer> ORDER =
        Comparator.comparing(InstanceContent.Timer::due);

    private final PriorityQueue<InstanceContent.Timer> earliest =
        new PriorityQueue<>(ORDER.reversed());
    private long count;

    void add(long millis, String what) {
      count++;
      earliest.add(new InstanceContent.Timer(Instant.ofEpochMilli(millis), what));
      if (earliest.size() > limit) {
        earliest.remove();
      }
    }

    InstanceContent.Some<InstanceContent.Timer> result() {
      return new InstanceContent.Some<>(count, earliest.stream().sorted(ORDER).toList());
    }
  }
}
