/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import io.statefun.wire.StoredBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a partition has changed and its backend does not hold yet, over what the backend holds.
 * Reads see the changes first. A change stays until the backend has it, whether its epoch goes on,
 * is being committed or is committed.
 *
 * <p>Belongs to one worker. Between {@link #begin} and {@link #accept} all changes can be taken
 * back.
 */
public final class Overlay {

  /** About what a change takes in the heap besides its key and its value. */
  private static final int PER_CHANGE = 128;

  private final StateBackend.PartitionStore store;
  private final TreeMap<byte[], Change> changes = new TreeMap<>(Arrays::compareUnsigned);
  private final List<Undo> undo = new ArrayList<>();
  private List<Change> ofEpoch = new ArrayList<>();
  private long epoch;
  private long bytes;
  private long modifications;
  private boolean undoable;

  /** Lays an empty overlay over a store. */
  public Overlay(StateBackend.PartitionStore store) {
    this.store = store;
  }

  /** The committed state below. */
  public StateBackend.PartitionStore store() {
    return store;
  }

  /** The value of a key, or null if there is none. */
  public byte @Nullable [] get(byte[] key) {
    Change change = changes.isEmpty() ? null : changes.get(key);
    return change == null ? store.get(key) : load(change.value);
  }

  /** Sets the value of a key. The arrays must not be changed afterwards. */
  public void put(byte[] key, byte[] value) {
    set(key, value);
    bytes += key.length + value.length;
  }

  /** Sets the value of a key to bytes that rest elsewhere. */
  public void put(byte[] key, StoredBytes value) {
    set(key, value);
    bytes += key.length;
  }

  /** Removes a key. */
  public void delete(byte[] key) {
    set(key, null);
    bytes += key.length;
  }

  private void set(byte[] key, @Nullable Object value) {
    modifications++;
    Change before = changes.get(key);
    if (before != null && before.epoch == epoch) {
      if (undoable) {
        undo.add(new Undo(before, before.value, null, false));
      }
      before.value = value;
      return;
    }
    Change change = new Change(key, value, epoch);
    changes.put(key, change);
    ofEpoch.add(change);
    bytes += PER_CHANGE;
    if (undoable) {
      undo.add(new Undo(change, null, before, true));
    }
  }

  /** How often something was changed, so that iterations can tell. */
  public long modifications() {
    return modifications;
  }

  /** About how many bytes the changes of the current epoch take. */
  public long bytes() {
    return bytes;
  }

  /** How many changes wait for the backend. */
  public int size() {
    return changes.size();
  }

  /** Begins a set of changes that {@link #accept} keeps or {@link #takeBack} undoes. */
  public void begin() {
    undoable = true;
  }

  /** Keeps the changes since {@link #begin}. */
  public void accept() {
    undoable = false;
    undo.clear();
  }

  /** Undoes the changes since {@link #begin}. */
  public void takeBack() {
    for (int i = undo.size() - 1; i >= 0; i--) {
      Undo step = undo.get(i);
      Change change = step.change();
      if (!step.fresh()) {
        change.value = step.value();
        continue;
      }
      ofEpoch.remove(ofEpoch.size() - 1);
      if (step.before() == null) {
        changes.remove(change.key);
      } else {
        changes.put(change.key, step.before());
      }
    }
    modifications++;
    accept();
  }

  /**
   * Ends the epoch and begins another.
   *
   * @return the changes of the epoch that ended
   */
  public List<Change> cut(long nextEpoch) {
    List<Change> result = ofEpoch;
    ofEpoch = new ArrayList<>();
    epoch = nextEpoch;
    bytes = 0;
    return result;
  }

  /** Forgets changes that the backend holds now, unless their keys changed again since. */
  public void applied(List<Change> held) {
    for (Change change : held) {
      changes.remove(change.key, change);
    }
  }

  /** Goes through all entries of a range, changed or not, in the order of their keys. */
  public Scan scan(byte[] from, byte[] to) {
    return new Scan(from, to);
  }

  private static byte @Nullable [] load(@Nullable Object value) {
    return value instanceof StoredBytes resting ? resting.load() : (byte[]) value;
  }

  private record Undo(
      Change change, @Nullable Object value, @Nullable Change before, boolean fresh) {}

  /** A way through a range of the overlay and the store below. */
  public final class Scan implements AutoCloseable {

    private final byte[] to;
    private final StateBackend.Cursor below;
    private boolean belowHas;
    private Map.@Nullable Entry<byte[], Change> above;
    private byte[] key = new byte[0];
    private byte[] value = new byte[0];

    private Scan(byte[] from, byte[] to) {
      this.to = to;
      this.below = store.scan(from, to);
      this.belowHas = below.next();
      this.above = bounded(changes.ceilingEntry(from));
    }

    private Map.@Nullable Entry<byte[], Change> bounded(Map.@Nullable Entry<byte[], Change> entry) {
      return entry != null && Arrays.compareUnsigned(entry.getKey(), to) < 0 ? entry : null;
    }

    /** Goes to the next entry, and tells whether there is one. */
    public boolean next() {
      while (above != null || belowHas) {
        Map.Entry<byte[], Change> changed = above;
        int order =
            changed == null
                ? 1
                : belowHas ? Arrays.compareUnsigned(changed.getKey(), below.key()) : -1;
        if (changed == null || order > 0) {
          key = below.key();
          value = below.value();
          belowHas = below.next();
          return true;
        }
        if (order == 0) {
          belowHas = below.next();
        }
        byte[] loaded = load(changed.getValue().value);
        above = bounded(changes.higherEntry(changed.getKey()));
        if (loaded != null) {
          key = changed.getKey();
          value = loaded;
          return true;
        }
      }
      return false;
    }

    /** The entry's key. */
    public byte[] key() {
      return key;
    }

    /** The entry's value. */
    public byte[] value() {
      return value;
    }

    @Override
    public void close() {
      below.close();
    }
  }
}
