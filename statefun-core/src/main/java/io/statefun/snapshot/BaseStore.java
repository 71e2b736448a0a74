/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import io.statefun.state.StateBackend;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/**
 * Base snapshots: the whole state of a partition at an epoch, in parts of some megabytes and a
 * manifest. A base without a manifest is garbage.
 */
public final class BaseStore {

  private static final String FOLDER = "bases/";
  private static final String MANIFEST = ".manifest";

  /** Counts up also when the form of any entry of a partition changes. */
  private static final int FORMAT = 1;

  private static final int PART_BYTES = 4 * 1024 * 1024;

  private final SnapshotStore store;
  private final String root;

  /**
   * @param store where the bases are
   */
  public BaseStore(SnapshotStore store) {
    this(store, FOLDER);
  }

  /**
   * @param root what the names of the bases begin with, up to and with a slash
   */
  public BaseStore(SnapshotStore store, String root) {
    this.store = store;
    this.root = root;
  }

  /** The epoch of the newest base of each partition that has one. */
  public Map<Integer, Long> newest() throws IOException {
    Map<Integer, Long> result = new HashMap<>();
    for (String name : store.list(root)) {
      if (name.endsWith(MANIFEST)) {
        result.merge(partition(name), epoch(name), Math::max);
      }
    }
    return result;
  }

  /** The epoch of the newest base of a partition, 0 for none. */
  public long newest(int partition) throws IOException {
    return store.list(folder(partition)).stream()
        .filter(name -> name.endsWith(MANIFEST))
        .mapToLong(this::epoch)
        .max()
        .orElse(0);
  }

  private String folder(int partition) {
    return root + String.format("p%05d/", partition);
  }

  private String manifest(int partition, long epoch) {
    return folder(partition) + String.format("%020d", epoch) + MANIFEST;
  }

  private int partition(String name) {
    return Integer.parseInt(name.substring(root.length() + 1, root.length() + 6));
  }

  private long epoch(String name) {
    int from = root.length() + 7;
    return Long.parseLong(name.substring(from, from + 20));
  }

  /**
   * Begins a base.
   *
   * @param content the partition's entries as they are after the epoch; closed by the writer
   * @param attempt a name that no other attempt has
   */
  public Writer write(int partition, long epoch, String attempt, StateBackend.Cursor content) {
    return new Writer(partition, epoch, attempt, content);
  }

  /** How large a base is. */
  public long bytes(int partition, long epoch) throws IOException {
    ByteReader manifest = manifestOf(partition, epoch);
    String unused = manifest.readString();
    long bytes = 0;
    for (int parts = manifest.readVarInt(); parts > 0; parts--) {
      bytes += manifest.readVarInt();
      int unusedChecksum = manifest.readFixedInt();
    }
    return bytes;
  }

  /** Brings the entries of a base into a partition's backend, which must be empty. */
  public void restore(int partition, long epoch, StateBackend.PartitionStore target)
      throws IOException {
    try (StateBackend.Batch batch = target.newBatch()) {
      read(partition, epoch, batch::put);
      batch.write(epoch);
    }
  }

  /** Goes through the entries of a base, in the order of their keys. */
  public void read(int partition, long epoch, BiConsumer<byte[], byte[]> entries)
      throws IOException {
    ByteReader manifest = manifestOf(partition, epoch);
    String attempt = manifest.readString();
    int parts = manifest.readVarInt();
    for (int part = 0; part < parts; part++) {
      readPart(part(partition, epoch, attempt, part), manifest, entries);
    }
  }

  private ByteReader manifestOf(int partition, long epoch) throws IOException {
    String name = manifest(partition, epoch);
    long size = store.size(name);
    if (size < 0) {
      throw new IOException("Base snapshot " + name + " is not there, or no longer");
    }
    ByteReader manifest = new ByteReader(store.read(name, 0, Math.toIntExact(size)));
    int format = manifest.readVarInt();
    NewerFormatException.check("Base snapshot " + name, format, FORMAT);
    return manifest;
  }

  private void readPart(String name, ByteReader manifest, BiConsumer<byte[], byte[]> entries)
      throws IOException {
    int length = manifest.readVarInt();
    int checksum = manifest.readFixedInt();
    byte[] bytes = store.read(name, 0, length);
    if (checksum(bytes, length) != checksum) {
      throw new CorruptDataException(
          "Part " + name + " of a base snapshot does not match its checksum");
    }
    ByteReader in = new ByteReader(bytes);
    while (in.hasRemaining()) {
      entries.accept(in.readBytes(), in.readBytes());
    }
  }

  /** Deletes the bases of a partition that are older than an epoch, and what attempts left. */
  public void deleteBefore(int partition, long epoch, FaultPoint.Listener faults)
      throws IOException {
    List<String> old =
        new ArrayList<>(
            store.list(folder(partition)).stream().filter(name -> epoch(name) < epoch).toList());
    old.sort((a, b) -> Boolean.compare(b.endsWith(MANIFEST), a.endsWith(MANIFEST)));
    for (String name : old) {
      store.delete(name);
      faults.reached(FaultPoint.DURING_COLLECTION);
    }
  }

  private String part(int partition, long epoch, String attempt, int number) {
    return folder(partition)
        + String.format("%020d-", epoch)
        + attempt
        + String.format("-%06d", number);
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  /** A base that is being written, part by part. Used by one thread. */
  public final class Writer implements AutoCloseable {

    private final int partition;
    private final long epoch;
    private final String attempt;
    private final StateBackend.Cursor content;
    private final ByteWriter part = new ByteWriter(64 * 1024);
    private final ByteWriter parts = new ByteWriter(256);
    private int count;
    private long bytes;
    private boolean more = true;

    private Writer(int partition, long epoch, String attempt, StateBackend.Cursor content) {
      this.partition = partition;
      this.epoch = epoch;
      this.attempt = attempt;
      this.content = content;
    }

    /** How many bytes the parts have so far. */
    public long bytes() {
      return bytes;
    }

    /**
     * Writes the next part. May be called again after an exception.
     *
     * @return whether there is more to write
     */
    public boolean writePart() throws IOException {
      while (more && part.size() < PART_BYTES) {
        more = content.next();
        if (more) {
          part.writeBytes(content.key()).writeBytes(content.value());
        }
      }
      if (part.size() > 0) {
        String name = part(partition, epoch, attempt, count);
        create(name, part);
        parts.writeVarInt(part.size()).writeFixedInt(checksum(part.array(), part.size()));
        bytes += part.size();
        count++;
        part.reset();
      }
      return more;
    }

    /** Completes the base. May be called again after an exception. */
    public void writeManifest() throws IOException {
      ByteWriter manifest = new ByteWriter(256);
      manifest.writeVarInt(FORMAT).writeString(attempt).writeVarInt(count);
      manifest.writeRaw(parts.toByteArray());
      create(manifest(partition, epoch), manifest);
    }

    // False means that an attempt before has succeeded without telling, or, for a manifest, that
    // another process has made the base of the same epoch, whose content is the same.
    private void create(String name, ByteWriter bytesToWrite) throws IOException {
      boolean unused = store.create(name, content(bytesToWrite));
    }

    @Override
    public void close() {
      content.close();
    }
  }

  /** Bytes as the content of an object. */
  public static SnapshotStore.Content content(ByteWriter bytes) {
    return new SnapshotStore.Content() {
      @Override
      public long length() {
        return bytes.size();
      }

      @Override
      public void writeTo(WritableByteChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes.array(), 0, bytes.size());
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    };
  }
}
