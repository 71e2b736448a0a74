/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.EpochReader;
import io.statefun.wire.ByteReader;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a savepoint holds, counted. Reading it reads the whole savepoint, once.
 *
 * @param functions what each function has, by its type
 * @param timers how many delayed messages, reminders and expiries wait
 * @param nextTimer when the first of them is due; null if there is none
 * @param undeliveredRecords how many records for egresses are not known to have arrived
 * @param deadLetters how many messages no function could handle
 * @param positions how many splits of ingresses it knows the positions of
 */
public record SavepointContent(
    Map<TypeName, FunctionContent> functions,
    long timers,
    @Nullable Instant nextTimer,
    long undeliveredRecords,
    long deadLetters,
    long positions) {

  /**
   * What a function has.
   *
   * @param instances how many instances have values
   * @param collectionEntries how many entries their lists and maps have
   * @param bytes how many bytes both take
   * @param pendingMessages how many messages wait for them
   * @param operations how many asynchronous operations are under way
   */
  public record FunctionContent(
      long instances, long collectionEntries, long bytes, long pendingMessages, long operations) {}

  public SavepointContent {
    functions = Map.copyOf(functions);
  }

  /** Reads a savepoint. */
  public static SavepointContent read(SavepointStore store, Savepoint savepoint)
      throws IOException {
    Counts counts = new Counts();
    for (Savepoint.Part part : savepoint.parts()) {
      store.states(savepoint.number()).read(part.partition(), part.epoch(), counts::entry);
      store.rest(savepoint, part.partition()).read(part.partition(), counts);
      store.readChannels(savepoint, part, chunk -> Chunks.unpack(chunk).forEach(counts::pending));
    }
    return counts.result();
  }

  private static final class Counts implements EpochReader.Visitor {

    private final Map<TypeName, Function> functions =
        new TreeMap<>(Comparator.comparing(TypeName::toString));
    private long timers;
    private long nextTimer = Long.MAX_VALUE;
    private long records;
    private long deadLetters;
    private long positions;

    private static final class Function {
      private long instances;
      private long entries;
      private long bytes;
      private long pending;
      private long operations;
    }

    void entry(byte[] key, byte[] value) {
      switch (Keys.kind(key)) {
        case ROW -> {
          Function function = function(Keys.rowAddress(key).type());
          function.instances++;
          function.bytes += key.length + value.length;
        }
        case COLLECTION -> {
          Function function = function(Keys.owner(key).type());
          function.entries++;
          function.bytes += key.length + value.length;
        }
        case TIMER -> {
          timers++;
          nextTimer = Math.min(nextTimer, Keys.timerMillis(key));
        }
        case ASYNC -> function(MessageCodec.readAddress(new ByteReader(value)).type()).operations++;
        case OUTBOX, BLOCKED, WAITING, QUEUE -> Chunks.unpack(value).forEach(this::pending);
        case CALL -> RemoteCall.messages(value).forEach(this::pending);
        case POSITION -> positions++;
        case DEAD_LETTER -> deadLetters++;
        case PUT_ASIDE -> records++;
        case TOKEN,
            REMINDER,
            ACKNOWLEDGED,
            COUNTERS,
            GARBAGE,
            BACKLOG,
            SAVEPOINT,
            STATE_TYPE,
            KEYED_CALL,
            AWAKEABLE -> {
          // These belong to what is counted already.
        }
      }
    }

    @Override
    public void put(byte[] key, byte[] value) {
      entry(key, value);
    }

    @Override
    public void pending(byte[] stored) {
      PendingMessages one = new PendingMessages();
      one.read(stored);
      one.mailbox.forEach(this::pending);
      one.outbox.forEach(this::pending);
      one.blocked.forEach(this::pending);
      one.remote.forEach(this::pending);
    }

    private void pending(Message message) {
      function(message.target().type()).pending++;
    }

    @Override
    public void egress(byte[] stored) {
      records++;
    }

    private Function function(TypeName type) {
      return functions.computeIfAbsent(type, key -> new Function());
    }

    SavepointContent result() {
      Map<TypeName, FunctionContent> contents = new HashMap<>();
      functions.forEach(
          (type, function) ->
              contents.put(
                  type,
                  new FunctionContent(
                      function.instances,
                      function.entries,
                      function.bytes,
                      function.pending,
                      function.operations)));
      return new SavepointContent(
          contents,
          timers,
          timers == 0 ? null : Instant.ofEpochMilli(nextTimer),
          records,
          deadLetters,
          positions);
    }
  }
}
