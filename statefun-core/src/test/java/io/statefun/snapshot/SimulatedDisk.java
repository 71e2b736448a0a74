/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that forgets in a loss of power whatever POSIX lets it forget.
 *
 * <p>After {@link #crash} a file holds what was forced, and of the rest nothing, a beginning,
 * zeros, or all. A name in a directory that was not forced since it last changed is in any of the
 * states that it had since then, whatever other names are in. After {@link #kill}, which is the
 * death of the process alone, all is there, but what was not forced can still be lost.
 */
public final class SimulatedDisk implements Disk {

  /** What a disk may do wrong, to show that the simulation finds it. */
  public enum Defect {
    /** Forcing a file does nothing. */
    FILES_ARE_NOT_FORCED,
    /** Forcing a directory does nothing. */
    DIRECTORIES_ARE_NOT_FORCED
  }

  private final DirectoryNode root;
  private final Map<Path, String> locks = new HashMap<>();
  private boolean links = true;
  private boolean readOnly;
  private long capacity = Long.MAX_VALUE;
  private @Nullable Defect defect;
  private int forced;
  private long operations;
  private long failAt = -1;
  private boolean failAfterwards;
  private boolean failForEver;
  private boolean dead;
  private long interruptAt = -1;
  private @Nullable Runnable interruption;

  /** Makes an empty disk. */
  public SimulatedDisk() {
    this(new DirectoryNode());
  }

  private SimulatedDisk(DirectoryNode root) {
    this.root = root;
  }

  /** Opens a store on this disk. */
  public FileSnapshotStore openStore(Path folder, String applicationName, String id)
      throws IOException {
    return FileSnapshotStore.open(this, folder, applicationName, true, id, "process " + id);
  }

  /** Opens a store on this disk without lock. */
  public FileSnapshotStore openStoreWithoutLock(Path folder, String applicationName, String id)
      throws IOException {
    return FileSnapshotStore.open(this, folder, applicationName, false, id, "process " + id);
  }

  /** Takes the disk's hard links away. */
  public SimulatedDisk withoutLinks() {
    links = false;
    return this;
  }

  /** Makes the disk break its promises. */
  public SimulatedDisk with(Defect defect) {
    this.defect = defect;
    return this;
  }

  /** Refuses changes from now on, or no more. */
  public synchronized void readOnly(boolean readOnly) {
    this.readOnly = readOnly;
  }

  /** How many bytes files may hold together. */
  public synchronized void capacity(long bytes) {
    this.capacity = bytes;
  }

  /**
   * Makes an operation fail.
   *
   * @param operation how many from now, from 1 on
   * @param afterwards whether it takes effect all the same
   */
  public synchronized void failAt(int operation, boolean afterwards) {
    failAt = operations + operation;
    failAfterwards = afterwards;
    failForEver = false;
  }

  /** Makes an operation and all after it fail, as if the process died there. */
  public synchronized void dieAt(int operation, boolean afterwards) {
    failAt(operation, afterwards);
    failForEver = true;
  }

  /** Runs something before an operation: what another process does in the meantime. */
  public synchronized void interruptAt(int operation, Runnable interruption) {
    interruptAt = operations + operation;
    this.interruption = interruption;
  }

  /** Drops an interruption that has not come yet. */
  public synchronized void interruptNoMore() {
    interruption = null;
  }

  /**
   * Does what the store asks of a person, when an attempt to claim a name failed and yet succeeded.
   * To be called between two calls of the store.
   */
  public synchronized void removeClaims(Path folder) throws IOException {
    Path claims = folder.resolve("claims");
    failAt = -1;
    if (find(claims) != null) {
      for (String claim : list(claims)) {
        delete(claims.resolve(claim));
      }
    }
  }

  /** Whether the point set by {@link #dieAt} was reached. */
  public synchronized boolean isDead() {
    return dead;
  }

  /** How often a file or directory was forced. */
  public synchronized int forced() {
    return forced;
  }

  /** The disk after a loss of power; this one is dead. */
  public synchronized SimulatedDisk crash(RandomGenerator random) {
    dead = true;
    return like(root.crash(random, new IdentityHashMap<>()));
  }

  /** The disk after the death of the process; this one is dead. */
  public synchronized SimulatedDisk kill() {
    dead = true;
    return like(root);
  }

  private SimulatedDisk like(DirectoryNode node) {
    SimulatedDisk disk = new SimulatedDisk(node);
    disk.links = links;
    disk.defect = defect;
    disk.capacity = capacity;
    disk.readOnly = readOnly;
    return disk;
  }

  @Override
  public NewFile create(Path file) throws IOException {
    return operate(
        true,
        () -> {
          DirectoryNode directory = directory(file);
          if (directory.names.containsKey(name(file))) {
            throw new FileAlreadyExistsException(file.toString());
          }
          FileNode node = new FileNode();
          directory.set(name(file), node);
          return new OpenFile(node);
        });
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    operate(
        true,
        () -> {
          if (!links) {
            throw new UnsupportedOperationException("no hard links");
          }
          Node node = existing(file);
          DirectoryNode directory = directory(name);
          if (directory.names.containsKey(name(name))) {
            throw new FileAlreadyExistsException(name.toString());
          }
          directory.set(name(name), node);
          return node;
        });
  }

  @Override
  public void rename(Path file, Path name) throws IOException {
    operate(
        true,
        () -> {
          Node node = existing(file);
          DirectoryNode directory = directory(name);
          if (directory.names.get(name(name)) instanceof DirectoryNode) {
            throw new FileSystemException(name.toString(), null, "Is a directory");
          }
          directory(file).set(name(file), null);
          directory.set(name(name), node);
          return node;
        });
  }

  @Override
  public void delete(Path file) throws IOException {
    operate(
        true,
        () -> {
          Node node = find(file);
          if (node instanceof DirectoryNode directory && !directory.names.isEmpty()) {
            throw new DirectoryNotEmptyException(file.toString());
          }
          if (node != null) {
            directory(file).set(name(file), null);
          }
          return true;
        });
  }

  @Override
  public void createDirectory(Path path) throws IOException {
    operate(
        true,
        () -> {
          DirectoryNode directory = directory(path);
          if (directory.names.containsKey(name(path))) {
            throw new FileAlreadyExistsException(path.toString());
          }
          directory.set(name(path), new DirectoryNode());
          return true;
        });
  }

  @Override
  public void forceDirectory(Path path) throws IOException {
    operate(
        false,
        () -> {
          forced++;
          if (defect != Defect.DIRECTORIES_ARE_NOT_FORCED) {
            directoryAt(path).force();
          }
          return true;
        });
  }

  @Override
  public List<String> list(Path path) throws IOException {
    return operate(false, () -> List.copyOf(directoryAt(path).names.keySet()));
  }

  @Override
  public long size(Path file) throws IOException {
    return operate(false, () -> find(file) instanceof FileNode node ? (long) node.length : -1L);
  }

  @Override
  public byte[] read(Path file, long offset, int length) throws IOException {
    return operate(
        false,
        () -> {
          if (!(existing(file) instanceof FileNode node)) {
            throw new IOException("Is a directory");
          }
          if (length > node.length - offset) {
            throw new EOFException(file.toString());
          }
          return Arrays.copyOfRange(node.bytes, (int) offset, (int) offset + length);
        });
  }

  @Override
  public Closeable lock(Path file, String owner) throws IOException {
    return operate(
        true,
        () -> {
          if (find(file) == null) {
            directory(file).set(name(file), new FileNode());
          }
          String other = locks.putIfAbsent(file, owner);
          if (other != null) {
            throw new LockedException(other);
          }
          return () -> {
            synchronized (this) {
              locks.remove(file);
            }
          };
        });
  }

  private <T> T operate(boolean change, Operation<T> operation) throws IOException {
    synchronized (this) {
      operations++;
      Runnable now = interruption;
      if (now != null && operations == interruptAt) {
        interruption = null;
        now.run();
      }
      if (dead) {
        throw new IOException("The power is off");
      }
      if (readOnly && change) {
        throw new FileSystemException("disk", null, "Read-only file system");
      }
      if (operations != failAt) {
        return operation.run();
      }
      try {
        if (failAfterwards) {
          operation.run();
          throw new IOException("Simulated failure after an operation");
        }
        throw new IOException("Simulated failure before an operation");
      } finally {
        dead |= failForEver;
      }
    }
  }

  private long used() {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    return root.used(seen);
  }

  private @Nullable Node find(Path path) {
    Node node = root;
    for (Path part : path) {
      if (!(node instanceof DirectoryNode directory)) {
        return null;
      }
      node = directory.names.get(part.toString());
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  private Node existing(Path path) throws NoSuchFileException {
    Node node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  private DirectoryNode directoryAt(Path path) throws IOException {
    if (existing(path) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new NotDirectoryException(path.toString());
  }

  private DirectoryNode directory(Path file) throws IOException {
    Path above = file.getParent();
    if (above == null) {
      throw new NoSuchFileException(file.toString());
    }
    for (Path path = above; path != null; path = path.getParent()) {
      if (find(path) instanceof FileNode) {
        throw new FileSystemException(file.toString(), null, "Not a directory");
      }
    }
    return directoryAt(above);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private interface Operation<T> {
    T run() throws IOException;
  }

  private final class OpenFile implements NewFile {

    private final FileNode node;
    private boolean open = true;

    OpenFile(FileNode node) {
      this.node = node;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      return operate(
          true,
          () -> {
            if (!open) {
              throw new ClosedChannelException();
            }
            int length = source.remaining();
            if (capacity != Long.MAX_VALUE) {
              int free = (int) Math.max(0, Math.min(length, capacity - used()));
              if (free < length) {
                node.append(source, free);
                throw new IOException("No space left on device");
              }
            }
            node.append(source, length);
            return length;
          });
    }

    @Override
    public void force() throws IOException {
      operate(
          false,
          () -> {
            forced++;
            if (defect != Defect.FILES_ARE_NOT_FORCED) {
              node.forced = node.length;
            }
            return true;
          });
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }

  private abstract static class Node {

    abstract Node crash(RandomGenerator random, Map<Node, Node> done);

    abstract long used(Set<Node> seen);
  }

  private static final class FileNode extends Node {

    private byte[] bytes = new byte[64];
    private int length;
    private int forced;

    void append(ByteBuffer source, int count) {
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
      }
      source.get(bytes, length, count);
      length += count;
    }

    @Override
    FileNode crash(RandomGenerator random, Map<Node, Node> done) {
      if (done.get(this) instanceof FileNode other) {
        return other;
      }
      FileNode left = new FileNode();
      int rest = length - forced;
      int kept =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> rest;
            default -> random.nextInt(rest + 1);
          };
      left.bytes = Arrays.copyOf(bytes, Math.max(64, forced + kept));
      left.length = forced + kept;
      left.forced = left.length;
      if (random.nextInt(4) == 0) {
        // The length was written, and the content was not.
        Arrays.fill(left.bytes, forced, left.length, (byte) 0);
      }
      done.put(this, left);
      return left;
    }

    @Override
    long used(Set<Node> seen) {
      return seen.add(this) ? length : 0;
    }
  }

  private static final class DirectoryNode extends Node {

    /** As a process sees it. */
    private final NavigableMap<String, Node> names = new TreeMap<>();

    /** As it is on the disk for sure, but for the names that changed. */
    private final NavigableMap<String, Node> durable = new TreeMap<>();

    /** All that the names that changed were since then. */
    private final NavigableMap<String, List<Change>> changes = new TreeMap<>();

    void set(String name, @Nullable Node node) {
      if (node == null) {
        names.remove(name);
      } else {
        names.put(name, node);
      }
      changes.computeIfAbsent(name, n -> new ArrayList<>()).add(new Change(node));
    }

    void force() {
      durable.clear();
      durable.putAll(names);
      changes.clear();
    }

    @Override
    DirectoryNode crash(RandomGenerator random, Map<Node, Node> done) {
      DirectoryNode left = new DirectoryNode();
      Set<String> all = new TreeSet<>(durable.keySet());
      all.addAll(changes.keySet());
      for (String name : all) {
        List<Change> states = new ArrayList<>();
        states.add(new Change(durable.get(name)));
        states.addAll(changes.getOrDefault(name, List.of()));
        Node node = states.get(random.nextInt(states.size())).node;
        if (node != null) {
          left.names.put(name, node.crash(random, done));
        }
      }
      left.force();
      return left;
    }

    @Override
    long used(Set<Node> seen) {
      return names.values().stream().mapToLong(node -> node.used(seen)).sum();
    }
  }

  /** What a name stood for, or null for nothing. */
  private record Change(@Nullable Node node) {}
}
