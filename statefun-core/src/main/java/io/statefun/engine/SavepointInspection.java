/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import java.io.IOException;
import java.util.Comparator;
import java.util.TreeSet;

/**
 * Looks into a savepoint for what it has of single instances. Each question reads the savepoint
 * through, and takes no more memory than its answer.
 *
 * <p>Functions and states may be called by any name that they ever had.
 */
public final class SavepointInspection {

  private final SavepointStore store;
  private final Savepoint savepoint;
  private final FunctionTypes functions;
  private final MessageTypes types;

  SavepointInspection(
      SavepointStore store, Savepoint savepoint, FunctionTypes functions, MessageTypes types) {
    this.store = store;
    this.savepoint = savepoint;
    this.functions = functions;
    this.types = types;
  }

  /** Whether the application has a function. */
  public boolean isKnown(TypeName function) {
    return functions.get(stored(function)) != null;
  }

  private TypeName stored(TypeName function) {
    return functions.stored(Address.of(function, "")).type();
  }

  /**
   * The instances of a function that hold something, in the order of their ids.
   *
   * @param limit how many of them to return
   */
  public InstanceContent.Some<Address> instances(TypeName function, int limit) throws IOException {
    TypeName stored = stored(function);
    TreeSet<Address> first = new TreeSet<>(Comparator.comparing(Address::id));
    long count = 0;
    for (Savepoint.Part part : savepoint.parts()) {
      count += new Rows(stored, limit, first).read(part);
    }
    return new InstanceContent.Some<>(count, first.stream().toList());
  }

  /** The instances of one function. */
  private final class Rows {

    private final byte[] prefix;
    private final int limit;
    private final TreeSet<Address> first;
    private long count;

    Rows(TypeName function, int limit, TreeSet<Address> first) {
      this.prefix = Keys.rows(function);
      this.limit = limit;
      this.first = first;
    }

    long read(Savepoint.Part part) throws IOException {
      store.states(savepoint.number()).read(part.partition(), part.epoch(), this::entry);
      return count;
    }

    private void entry(byte[] key, byte[] value) {
      if (Keys.begins(key, prefix)) {
        count++;
        first.add(Keys.rowAddress(key));
        if (first.size() > limit) {
          first.pollLast();
        }
      }
    }
  }

  /**
   * What there is of an instance.
   *
   * @param limit how many there may be of all that may be many
   */
  public InstanceContent instance(Address address, int limit) throws IOException {
    Address stored = functions.stored(address);
    InstanceReader reader =
        new InstanceReader(stored, functions.get(stored.type()), new ValueText(types), limit);
    int own = stored.partition(savepoint.partitions());
    for (Savepoint.Part part : savepoint.parts()) {
      store.rest(savepoint, part.partition()).read(part.partition(), reader);
      store.readChannels(savepoint, part, reader::channel);
      store.states(savepoint.number()).read(part.partition(), part.epoch(), reader::put);
    }
    if (reader.hasCollections()) {
      // Only the row tells which entries are those of today.
      store
          .states(savepoint.number())
          .read(own, savepoint.parts().get(own).epoch(), reader::collectionEntry);
    }
    return reader.result();
  }
}
