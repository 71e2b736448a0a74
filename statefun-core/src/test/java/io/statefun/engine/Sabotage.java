/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.snapshot.RecordBuffer;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.Change;
import io.statefun.state.Overlay;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Ways to break the engine on purpose, woven into its classes by {@link SabotageTest}. */
public final class Sabotage {

  private Sabotage() {}

  /** The first seed that finds something, or -1. */
  public static long firstViolation(long seeds) {
    return firstViolation(seeds, Simulation.Options.NONE);
  }

  static long firstViolation(long seeds, Simulation.Options options) {
    for (long seed = 1; seed <= seeds; seed++) {
      if (Simulation.run(seed, options).violation() != null) {
        return seed;
      }
    }
    return -1;
  }

  /** The same with several nodes. */
  public static long firstViolationOfCluster(long seeds) {
    for (long seed = 1; seed <= seeds; seed++) {
      if (ClusterSimulation.run(seed).violation() != null) {
        return seed;
      }
    }
    return -1;
  }

  /** In place of a method: does nothing. */
  public static final class Skip {

    private Skip() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }
  }

  /** After the end of an epoch: writes it to the backend, committed or not. */
  public static final class ApplyUncommitted {

    private ApplyUncommitted() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This Partition partition, @Advice.Return PartitionEpoch ended) {
      Sabotage.apply(partition, ended);
    }
  }

  /** After a cancellation: another timer is gone too. */
  public static final class LoseTimer {

    private LoseTimer() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This WorkerInvocation invocation) {
      Sabotage.loseTimer(invocation.partition());
    }
  }

  /** After a look at a record: its epoch object need not stay, whether it has arrived or not. */
  public static final class ForgetRecord {

    private ForgetRecord() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean covered) {
      covered = true;
    }
  }

  /** After epochs were found: all but the newest are left out. */
  public static final class SkipEpochs {

    private SkipEpochs() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) @Nullable List<?> epochs) {
      if (epochs != null && epochs.size() > 1) {
        epochs = epochs.subList(epochs.size() - 1, epochs.size());
      }
    }
  }

  static void apply(Partition partition, PartitionEpoch ended) {
    if (ended.rows.count() == 0) {
      return;
    }
    StateBackend.PartitionStore store = partition.overlay.store();
    try (StateBackend.Batch batch = store.newBatch()) {
      RecordBuffer.Cursor row = ended.rows.records().cursor();
      while (row.next()) {
        if (row.valueLength() >= 0) {
          batch.put(
              row.array(), row.keyOffset(), row.keyLength(), row.valueOffset(), row.valueLength());
        }
      }
      for (Change change : ended.changes) {
        if (change.value() instanceof byte[] value) {
          batch.put(change.key(), value);
        }
      }
      batch.write(store.epoch());
    }
  }

  static void loseTimer(Partition partition) {
    byte[] key = null;
    try (Overlay.Scan scan =
        partition.overlay.scan(Keys.timer(Long.MIN_VALUE, 0), Keys.timer(Long.MAX_VALUE, -1))) {
      if (scan.next()) {
        key = scan.key();
      }
    }
    if (key != null) {
      partition.timers.remove(key);
    }
  }

  /** A store that says it has an object before it has it. */
  static final class HastyStore implements SnapshotStore {

    private final SnapshotStore store;
    private @Nullable String name;
    private @Nullable Content content;

    HastyStore(SnapshotStore store) {
      this.store = store;
    }

    private void writeLate() throws IOException {
      if (name != null && content != null) {
        boolean unused = store.create(name, content);
      }
      name = null;
    }

    @Override
    public boolean create(String newName, Content newContent) throws IOException {
      writeLate();
      if (!newName.startsWith("epochs/") || store.size(newName) >= 0) {
        return store.create(newName, newContent);
      }
      name = newName;
      content = copy(newContent);
      return true;
    }

    private static Content copy(Content original) throws IOException {
      ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(original.length()));
      original.writeTo(
          new WritableByteChannel() {
            @Override
            public int write(ByteBuffer source) {
              int length = source.remaining();
              copy.put(source);
              return length;
            }

            @Override
            public boolean isOpen() {
              return true;
            }

            @Override
            public void close() {}
          });
      copy.flip();
      return new Content() {
        @Override
        public long length() {
          return copy.limit();
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
          ByteBuffer bytes = copy.duplicate();
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        }
      };
    }

    @Override
    public long size(String other) throws IOException {
      writeLate();
      return store.size(other);
    }

    @Override
    public byte[] read(String other, long offset, int length) throws IOException {
      writeLate();
      return store.read(other, offset, length);
    }

    @Override
    public List<String> list(String prefix) throws IOException {
      List<String> names = new ArrayList<>(store.list(prefix));
      if (name != null && name.startsWith(prefix)) {
        names.add(name);
        Collections.sort(names);
      }
      return names;
    }

    @Override
    public void delete(String other) throws IOException {
      writeLate();
      store.delete(other);
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }
}
