/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.savepoint;

import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.EpochObjects;
import io.statefun.snapshot.EpochReader;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The savepoints in a snapshot store. Each has a folder of its number: in it, for each partition,
 * its state in the form of a base snapshot, and then all the rest as an epoch object, whose name
 * says that the part is there. The manifest comes last, and makes the savepoint true.
 *
 * <p>A manifest can also say that the savepoint was given up. As it is created only if there is
 * none, of two who take themselves for the coordinator one decides.
 *
 * <p>May be used by any thread, and by several processes.
 */
public final class SavepointStore {

  /** What all names of savepoints begin with. */
  public static final String FOLDER = "savepoints/";

  private static final String MANIFEST = "manifest";
  private static final String PARTS = "parts/";
  private static final String BASES = "bases/";
  private static final int FORMAT = 2;

  /** In which a manifest does not say when the savepoint was begun. */
  private static final int WITHOUT_BEGIN = 1;

  private static final int COMPLETE = 1;
  private static final int GIVEN_UP = 2;
  private static final int DIGITS = 20;
  private static final int COPIED_AT_ONCE = 4 * 1024 * 1024;

  /** So many numbers have to pass before the sign that a savepoint was given up goes. */
  private static final long REMEMBERED = 100;

  private final SnapshotStore store;

  /**
   * @param store where the savepoints are
   */
  public SavepointStore(SnapshotStore store) {
    this.store = store;
  }

  private static String folder(long number) {
    return FOLDER + String.format("%0" + DIGITS + "d/", number);
  }

  private static long number(String name) {
    return Long.parseLong(name, FOLDER.length(), FOLDER.length() + DIGITS, 10);
  }

  // What there is

  /** The complete savepoints, the oldest first. */
  public List<Savepoint> list() throws IOException {
    List<Savepoint> complete = new ArrayList<>();
    for (long number : numbers()) {
      find(number).ifPresent(complete::add);
    }
    return complete;
  }

  /** The newest number that was ever used for a savepoint of which something is left, or 0. */
  public long newestNumber() throws IOException {
    return numbers().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** The newest complete savepoint of a request, if there is one of a higher number. */
  public Optional<Savepoint> newest(long after, String request) throws IOException {
    Optional<Savepoint> found = Optional.empty();
    for (long number : numbers()) {
      if (number > after) {
        Optional<Savepoint> next = find(number);
        if (next.isPresent() && next.get().request().equals(request)) {
          found = next;
        }
      }
    }
    return found;
  }

  /** The newest complete savepoint. */
  public Optional<Savepoint> newest() throws IOException {
    for (long number : numbers().descendingSet()) {
      Optional<Savepoint> found = find(number);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private NavigableSet<Long> numbers() throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    for (String name : store.list(FOLDER)) {
      numbers.add(number(name));
    }
    return numbers;
  }

  /** A savepoint, if it is complete. */
  public Optional<Savepoint> find(long number) throws IOException {
    Manifest manifest = manifest(number);
    return manifest == null || manifest.outcome() != COMPLETE
        ? Optional.empty()
        : Optional.of(read(number, manifest.format(), manifest.content()));
  }

  private static Savepoint read(long number, int format, ByteReader manifest) {
    String application = manifest.readString();
    String request = manifest.readString();
    Instant created = Instant.ofEpochMilli(manifest.readFixedLong());
    Instant begun =
        format == WITHOUT_BEGIN ? created : Instant.ofEpochMilli(manifest.readFixedLong());
    List<Savepoint.Part> parts = new ArrayList<>();
    int count = manifest.readVarInt();
    for (int partition = 0; partition < count; partition++) {
      parts.add(new Savepoint.Part(partition, manifest.readVarLong(), manifest.readVarLong()));
    }
    return new Savepoint(number, application, request, begun, created, parts);
  }

  private @Nullable Manifest manifest(long number) throws IOException {
    String name = folder(number) + MANIFEST;
    byte[] content;
    try {
      long size = store.size(name);
      if (size < 0) {
        return null;
      }
      content = store.read(name, 0, Math.toIntExact(size));
    } catch (NoSuchFileException e) {
      return null;
    }
    ByteReader in = new ByteReader(content);
    int format = in.readVarInt();
    NewerFormatException.check("Savepoint " + number, format, FORMAT);
    int checksum = in.readFixedInt();
    int start = content.length - in.remaining();
    if (checksum(content, start) != checksum) {
      throw new CorruptDataException("The manifest of savepoint " + number + " is damaged");
    }
    return new Manifest(format, in.readByte(), in);
  }

  /** What became of a savepoint, and what follows in its manifest. */
  private record Manifest(int format, int outcome, ByteReader content) {}

  private static int checksum(byte[] content, int from) {
    CRC32C checksum = new CRC32C();
    checksum.update(content, from, content.length - from);
    return (int) checksum.getValue();
  }

  // How one is made

  /** The states of the partitions of a savepoint. */
  public BaseStore states(long number) {
    return new BaseStore(store, folder(number) + BASES);
  }

  /**
   * Adds a partition's part, whose state is there.
   *
   * @param id the epoch that the part ends with
   * @param bytes how large the state is
   * @param rest everything else: a section of the partition
   */
  public void addPart(long number, int partition, EpochId id, long bytes, EpochWriter rest)
      throws IOException {
    String name =
        folder(number)
            + PARTS
            + String.format("p%05d-%0" + DIGITS + "d-%d", partition, id.epoch(), bytes);
    EpochHeader header = new EpochHeader(id, EpochId.NONE, Map.of(), List.of());
    boolean unused = EpochObjects.create(store, name, header, rest);
  }

  /** The parts that a savepoint has, by partition. */
  public Map<Integer, Savepoint.Part> parts(long number) throws IOException {
    Map<Integer, Savepoint.Part> parts = new TreeMap<>();
    String prefix = folder(number) + PARTS;
    for (String name : store.list(prefix)) {
      String[] fields = name.substring(prefix.length() + 1).split("-", 3);
      int partition = Integer.parseInt(fields[0]);
      parts.put(
          partition,
          new Savepoint.Part(partition, Long.parseLong(fields[1]), Long.parseLong(fields[2])));
    }
    return parts;
  }

  /** How many objects there are of a savepoint, by which one sees that it goes on. */
  public int objects(long number) throws IOException {
    return store.list(folder(number)).size();
  }

  /**
   * Declares a savepoint complete.
   *
   * @return whether it is; false if it was given up
   */
  public boolean complete(Savepoint savepoint) throws IOException {
    ByteWriter out = new ByteWriter(256);
    out.writeByte(COMPLETE)
        .writeString(savepoint.application())
        .writeString(savepoint.request())
        .writeFixedLong(savepoint.created().toEpochMilli())
        .writeFixedLong(savepoint.begun().toEpochMilli())
        .writeVarInt(savepoint.parts().size());
    for (Savepoint.Part part : savepoint.parts()) {
      out.writeVarLong(part.epoch()).writeVarLong(part.bytes());
    }
    return createManifest(savepoint.number(), out)
        || find(savepoint.number()).map(savepoint::equals).orElse(false);
  }

  /**
   * Gives up a savepoint that is not complete, for good, and removes what there is of it.
   *
   * @return whether it is given up; false if it is complete
   */
  public boolean giveUp(long number) throws IOException {
    if (!createManifest(number, new ByteWriter(1).writeByte(GIVEN_UP))
        && find(number).isPresent()) {
      return false;
    }
    deleteContent(number);
    return true;
  }

  private boolean createManifest(long number, ByteWriter content) throws IOException {
    byte[] bytes = content.toByteArray();
    ByteWriter whole = new ByteWriter(bytes.length + 8);
    whole.writeVarInt(FORMAT).writeFixedInt(checksum(bytes, 0)).writeRaw(bytes);
    return store.create(folder(number) + MANIFEST, BaseStore.content(whole));
  }

  private void deleteContent(long number) throws IOException {
    for (String name : store.list(folder(number))) {
      if (!name.endsWith("/" + MANIFEST)) {
        store.delete(name);
      }
    }
  }

  // How one goes

  /**
   * Deletes a savepoint.
   *
   * @return whether there was one
   */
  public boolean delete(long number) throws IOException {
    if (find(number).isEmpty()) {
      return false;
    }
    store.delete(folder(number) + MANIFEST);
    deleteContent(number);
    return true;
  }

  /** Removes what is left of savepoints before a number that were not completed. */
  public void collect(long before) throws IOException {
    for (long number : numbers()) {
      if (number < before && giveUp(number) && number < before - REMEMBERED) {
        store.delete(folder(number) + MANIFEST);
      }
    }
  }

  /**
   * Copies a savepoint into another store, under the same number.
   *
   * @throws IOException if that store has something of that number already, or either fails
   */
  public void copy(Savepoint savepoint, SnapshotStore target) throws IOException {
    String manifest = folder(savepoint.number()) + MANIFEST;
    if (target.size(manifest) >= 0) {
      throw new IOException("There is a savepoint " + savepoint.number() + " already");
    }
    for (String name : store.list(folder(savepoint.number()))) {
      if (!name.equals(manifest)) {
        copy(name, target);
      }
    }
    copy(manifest, target);
  }

  private void copy(String name, SnapshotStore target) throws IOException {
    long size = store.size(name);
    boolean unused =
        target.create(
            name,
            new SnapshotStore.Content() {
              @Override
              public long length() {
                return size;
              }

              @Override
              public void writeTo(WritableByteChannel channel) throws IOException {
                for (long done = 0; done < size; done += COPIED_AT_ONCE) {
                  int length = (int) Math.min(COPIED_AT_ONCE, size - done);
                  ByteBuffer piece = ByteBuffer.wrap(store.read(name, done, length));
                  while (piece.hasRemaining()) {
                    channel.write(piece);
                  }
                }
              }
            });
  }

  // How one is read

  /** What a part has besides the state. */
  public EpochReader rest(Savepoint savepoint, int partition) throws IOException {
    String prefix = folder(savepoint.number()) + PARTS + String.format("p%05d-", partition);
    List<String> names = store.list(prefix);
    if (names.isEmpty()) {
      throw new CorruptDataException(
          "Savepoint " + savepoint.number() + " lacks the part of partition " + partition);
    }
    return EpochReader.open(store, names.get(0));
  }
}
