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
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The savepoints in a snapshot store. Each has a folder of its number: in it, for each partition,
 * its state in the form of a base snapshot, then what was on its way to it in the same form, if
 * anything was, and then all the rest as an epoch object, whose name says that the part is there.
 * The manifest comes last, and makes the savepoint true.
 *
 * <p>A manifest can also say that the savepoint was given up, and why. As it is created only if
 * there is none, of all who would decide what becomes of a savepoint one does. Manifests are in a
 * folder of their own, with a sign of each savepoint that was begun, so that nobody needs to list
 * what savepoints are made of to see which there are.
 *
 * <p>May be used by any thread, and by several processes.
 */
public final class SavepointStore {

  /** What all names of savepoints begin with. */
  public static final String FOLDER = "savepoints/";

  private static final String INDEX = FOLDER + "index/";
  private static final String CONTENT = FOLDER + "content/";
  private static final String MANIFEST = ".manifest";
  private static final String BEGUN = ".begun";
  private static final String PARTS = "parts/";
  private static final String BASES = "bases/";
  private static final String CHANNELS = "channels/";
  private static final int FORMAT = 2;

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
    return CONTENT + String.format("%0" + DIGITS + "d/", number);
  }

  private static String manifestName(long number) {
    return INDEX + String.format("%0" + DIGITS + "d", number) + MANIFEST;
  }

  private static String begunName(long number) {
    return INDEX + String.format("%0" + DIGITS + "d", number) + BEGUN;
  }

  private static long number(String name) {
    return Long.parseLong(name, INDEX.length(), INDEX.length() + DIGITS, 10);
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
    for (String name : store.list(INDEX)) {
      numbers.add(number(name));
    }
    return numbers;
  }

  /** A savepoint, if it is complete. */
  public Optional<Savepoint> find(long number) throws IOException {
    Manifest manifest = manifest(number);
    return manifest == null || manifest.outcome() != COMPLETE
        ? Optional.empty()
        : Optional.of(read(number, manifest.content()));
  }

  /** Why a savepoint was given up, if it was. */
  public Optional<String> whyGivenUp(long number) throws IOException {
    Manifest manifest = manifest(number);
    return manifest == null || manifest.outcome() != GIVEN_UP
        ? Optional.empty()
        : Optional.of(manifest.content().readString());
  }

  /** Whether a savepoint was begun, and is neither complete nor given up. */
  public boolean isOpen(long number) throws IOException {
    return store.size(manifestName(number)) < 0 && store.size(begunName(number)) >= 0;
  }

  private static Savepoint read(long number, ByteReader manifest) {
    String application = manifest.readString();
    String request = manifest.readString();
    Instant created = Instant.ofEpochMilli(manifest.readFixedLong());
    Instant begun = Instant.ofEpochMilli(manifest.readFixedLong());
    List<Savepoint.Part> parts = new ArrayList<>();
    int count = manifest.readVarInt();
    for (int partition = 0; partition < count; partition++) {
      parts.add(
          new Savepoint.Part(
              partition, manifest.readVarLong(), manifest.readVarLong(), manifest.readVarLong()));
    }
    return new Savepoint(number, application, request, begun, created, parts);
  }

  private @Nullable Manifest manifest(long number) throws IOException {
    String name = manifestName(number);
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
    if (format < FORMAT) {
      throw new CorruptDataException("Savepoint " + number + " is of a version before the first");
    }
    int checksum = in.readFixedInt();
    int start = content.length - in.remaining();
    if (checksum(content, start) != checksum) {
      throw new CorruptDataException("The manifest of savepoint " + number + " is damaged");
    }
    return new Manifest(in.readByte(), in);
  }

  /** What became of a savepoint, and what follows in its manifest. */
  private record Manifest(int outcome, ByteReader content) {}

  private static int checksum(byte[] content, int from) {
    CRC32C checksum = new CRC32C();
    checksum.update(content, from, content.length - from);
    return (int) checksum.getValue();
  }

  // How one is made

  /**
   * Begins a savepoint.
   *
   * @return whether its number was free
   */
  public boolean begin(long number) throws IOException {
    return store.create(
        begunName(number), BaseStore.content(new ByteWriter(2).writeVarInt(FORMAT)));
  }

  /** The states of the partitions of a savepoint. */
  public BaseStore states(long number) {
    return new BaseStore(store, folder(number) + BASES);
  }

  /** What was on its way to partitions of a savepoint: chunks of messages, in their order. */
  public BaseStore channels(long number) {
    return new BaseStore(store, folder(number) + CHANNELS);
  }

  /**
   * Adds a partition's part, whose state is there, and what was on its way.
   *
   * @param id the epoch that the part ends with
   * @param bytes how large the state is
   * @param channelBytes how large what was on its way is; if 0, nothing was, and nothing is there
   * @param rest everything else: a section of the partition
   */
  public void addPart(
      long number, int partition, EpochId id, long bytes, long channelBytes, EpochWriter rest)
      throws IOException {
    String name =
        folder(number)
            + PARTS
            + String.format(
                "p%05d-%0" + DIGITS + "d-%d-%d", partition, id.epoch(), bytes, channelBytes);
    EpochHeader header = new EpochHeader(id, EpochId.NONE, Map.of(), List.of());
    boolean unused = EpochObjects.create(store, name, header, rest);
  }

  /** The parts that a savepoint has, by partition. */
  public Map<Integer, Savepoint.Part> parts(long number) throws IOException {
    Map<Integer, Savepoint.Part> parts = new TreeMap<>();
    String prefix = folder(number) + PARTS;
    for (String name : store.list(prefix)) {
      String[] fields = name.substring(prefix.length() + 1).split("-", 4);
      int partition = Integer.parseInt(fields[0]);
      parts.put(
          partition,
          new Savepoint.Part(
              partition,
              Long.parseLong(fields[1]),
              Long.parseLong(fields[2]),
              Long.parseLong(fields[3])));
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
      out.writeVarLong(part.epoch()).writeVarLong(part.bytes()).writeVarLong(part.channelBytes());
    }
    return createManifest(savepoint.number(), out)
        || find(savepoint.number()).map(savepoint::equals).orElse(false);
  }

  /**
   * Gives up a savepoint that is not complete, for good, and removes what there is of it.
   *
   * @param why for people
   * @return whether it is given up; false if it is complete
   */
  public boolean giveUp(long number, String why) throws IOException {
    if (!createManifest(number, new ByteWriter(64).writeByte(GIVEN_UP).writeString(why))
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
    return store.create(manifestName(number), BaseStore.content(whole));
  }

  private void deleteContent(long number) throws IOException {
    for (String name : store.list(folder(number))) {
      store.delete(name);
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
    // If it gets no further than that, it is one that was begun, and is collected as any other.
    store.delete(manifestName(number));
    deleteContent(number);
    store.delete(begunName(number));
    return true;
  }

  /** Removes what is left of savepoints before a number that were not completed. */
  public void collect(long before) throws IOException {
    for (long number : numbers().headSet(before, false)) {
      Manifest manifest = manifest(number);
      if (manifest != null && manifest.outcome() == GIVEN_UP) {
        deleteContent(number);
        if (number < before - REMEMBERED) {
          store.delete(begunName(number));
          store.delete(manifestName(number));
        }
      } else if (manifest == null) {
        boolean unused = giveUp(number, "its coordinator has left it");
      }
    }
  }

  /**
   * Copies a savepoint into another store, under the same number.
   *
   * @throws IOException if that store has something of that number already, or either fails
   */
  public void copy(Savepoint savepoint, SnapshotStore target) throws IOException {
    String manifest = manifestName(savepoint.number());
    if (target.size(manifest) >= 0) {
      throw new IOException("There is a savepoint " + savepoint.number() + " already");
    }
    boolean unused = new SavepointStore(target).begin(savepoint.number());
    for (String name : store.list(folder(savepoint.number()))) {
      copy(name, target);
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

  /** Goes through what was on its way to a partition: chunks of messages, in their order. */
  public void readChannels(Savepoint savepoint, Savepoint.Part part, Consumer<byte[]> chunks)
      throws IOException {
    if (part.channelBytes() > 0) {
      channels(savepoint.number())
          .read(part.partition(), part.epoch(), (key, chunk) -> chunks.accept(chunk));
    }
  }

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
