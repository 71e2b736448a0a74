/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot store in a folder of a file system.
 *
 * <p>An object is written to a file in {@code tmp} and forced to the disk, then gets its name under
 * {@code objects} through a hard link, which is atomic and fails if the name is taken, and then the
 * directory is forced: two forced writes for an object. What the store reports as existing is
 * durable, also if the process that created it died before it could force the directory.
 *
 * <p>On a file system without hard links the file is renamed instead. A rename replaces what has
 * the name, so the right to create a name is claimed first: by a lock in memory when this process
 * holds the folder's lock, else by an exclusively created file in {@code claims}. A process that
 * dies with a claim leaves it behind; it is removed when the folder is next opened with the lock.
 *
 * <p>{@code statefun.properties} names the application that the folder belongs to. A folder that is
 * open holds a lock on its file {@code lock}, so that no second process opens it.
 *
 * <p>The directories of the parts of a name end in {@code +}, which no name contains. So the names
 * in a directory tell which of them are directories, without a look at each.
 */
public final class FileSnapshotStore implements SnapshotStore {

  private static final int FORMAT = 1;
  private static final String MARKER = "statefun.properties";
  private static final String LOCK = "lock";
  private static final String TEMPORARY = "tmp";
  private static final String CLAIMS = "claims";
  private static final String OBJECTS = "objects";
  private static final String DIRECTORY = "+";

  /** What an empty folder may hold: leavings of a first start that died, and file systems' own. */
  private static final Set<String> NOTHING =
      Set.of(LOCK, TEMPORARY, CLAIMS, "lost+found", ".snapshot");

  private static final int ATTEMPTS = 3;

  /** Each that is opened at the same time may disturb one. */
  private static final int ATTEMPTS_TO_OPEN = 100;

  private final Disk disk;
  private final Path folder;
  private final Path objects;
  private final String id;
  private final String owner;
  private final @Nullable Closeable lock;
  private final boolean links;
  private final AtomicLong temporaries = new AtomicLong();
  private final Map<Path, Directory> directories = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable ByteBuffer> spareBuffer = new AtomicReference<>();
  private final Object[] renaming = new Object[64];

  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private boolean closed;

  private FileSnapshotStore(
      Disk disk,
      Path folder,
      String id,
      String owner,
      @Nullable Closeable lock,
      String applicationName)
      throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.objects = folder.resolve(OBJECTS);
    this.id = id;
    this.owner = owner;
    this.lock = lock;
    Arrays.setAll(renaming, i -> new Object());
    try {
      disk.createDirectory(folder.resolve(TEMPORARY));
    } catch (FileAlreadyExistsException e) {
      removeLeftovers(TEMPORARY);
    }
    if (lock != null) {
      removeLeftovers(CLAIMS);
    }
    this.links = again(this::hasLinks);
    boolean unused =
        again(
            () -> {
              mark(applicationName);
              return true;
            });
    directory(folder).durable = true;
  }

  /**
   * Opens a folder, making it if it does not exist, and keeps others out of it.
   *
   * @param folder where the objects are
   * @param applicationName whose objects they are
   * @throws SnapshotStoreException if the folder can't be used; it says why, and what to do
   */
  public static FileSnapshotStore open(Path folder, String applicationName) throws IOException {
    return open(
        new NioDisk(), folder, applicationName, true, UUID.randomUUID().toString(), thisProcess());
  }

  /**
   * Opens a folder without locking it, for file systems that have no locks. Nothing but the
   * conditional {@link #create} then stands between two processes.
   *
   * @param folder where the objects are
   * @param applicationName whose objects they are
   * @throws SnapshotStoreException if the folder can't be used; it says why, and what to do
   */
  public static FileSnapshotStore openWithoutLock(Path folder, String applicationName)
      throws IOException {
    return open(
        new NioDisk(), folder, applicationName, false, UUID.randomUUID().toString(), thisProcess());
  }

  /**
   * Opens a folder of any disk.
   *
   * @param id a name for temporary files that no other handle of the folder uses
   * @param owner who to name to those that find the folder locked
   */
  static FileSnapshotStore open(
      Disk disk, Path folder, String applicationName, boolean locked, String id, String owner)
      throws IOException {
    Path absolute = folder.toAbsolutePath().normalize();
    Closeable lock = null;
    try {
      if (!isMarked(disk, absolute, applicationName)) {
        makeDurable(disk, absolute);
      }
      lock = locked ? lock(disk, absolute, owner) : null;
      return new FileSnapshotStore(disk, absolute, id, owner, lock, applicationName);
    } catch (IOException e) {
      if (lock != null) {
        lock.close();
      }
      throw explained(e, absolute);
    }
  }

  @Override
  public boolean create(String name, Content content) throws IOException {
    Path target = path(name);
    Lock use = use();
    try {
      if (disk.size(target) >= 0) {
        settle(parent(target));
        return false;
      }
      for (int attempt = 1; ; attempt++) {
        Path temporary = write(name, content);
        try {
          ensure(parent(target));
          return links ? link(temporary, target) : rename(temporary, target, name);
        } catch (NoSuchFileException e) {
          // Another handle without lock removed the temporary file as a leftover, or somebody
          // tidied up the directory.
          if (attempt == ATTEMPTS) {
            throw e;
          }
          for (Path path = parent(target); !path.equals(folder); path = parent(path)) {
            directory(path).durable = false;
          }
        } finally {
          deleteQuietly(temporary);
        }
      }
    } finally {
      use.unlock();
    }
  }

  @Override
  public long size(String name) throws IOException {
    Path file = path(name);
    Lock use = use();
    try {
      long size = disk.size(file);
      if (size >= 0) {
        settle(parent(file));
      }
      return size;
    } finally {
      use.unlock();
    }
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    Path file = path(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + ", length " + length);
    }
    Lock use = use();
    try {
      return disk.read(file, offset, length);
    } catch (IOException e) {
      if (disk.size(file) < 0) {
        NoSuchFileException missing = new NoSuchFileException(name);
        missing.initCause(e);
        throw missing;
      }
      throw e;
    } finally {
      use.unlock();
    }
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    ObjectNames.checkPrefix(prefix);
    Lock use = use();
    try {
      List<String> names = new ArrayList<>();
      String directory = prefix.substring(0, prefix.lastIndexOf('/') + 1);
      collect(
          objects.resolve(directory.replace("/", DIRECTORY + "/")),
          directory,
          prefix.substring(directory.length()),
          names);
      Collections.sort(names);
      return names;
    } finally {
      use.unlock();
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Path file = path(name);
    Lock use = use();
    try {
      // Not forced: an object that comes back after a loss of power is deleted again.
      if (disk.size(file) >= 0) {
        disk.delete(file);
      }
    } finally {
      use.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    life.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        if (lock != null) {
          lock.close();
        }
      }
    } finally {
      life.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return "snapshot folder " + folder;
  }

  private Path write(String name, Content content) throws IOException {
    Path temporary = temporary();
    ByteBuffer spare = spareBuffer.getAndSet(null);
    ByteBuffer buffer = spare == null ? BufferedFile.newBuffer() : spare;
    boolean done = false;
    try (Disk.NewFile file = disk.create(temporary)) {
      BufferedFile buffered = new BufferedFile(file, buffer);
      content.writeTo(buffered);
      if (buffered.bytes() != content.length()) {
        throw new IOException(
            "its content has " + buffered.bytes() + " bytes instead of " + content.length());
      }
      buffered.force();
      done = true;
    } catch (IOException e) {
      throw new IOException(
          "The object '"
              + name
              + "' of "
              + content.length()
              + " bytes could not be written to "
              + folder
              + ", and nothing of it is there: "
              + e.getMessage(),
          e);
    } finally {
      spareBuffer.set(buffer);
      if (!done) {
        deleteQuietly(temporary);
      }
    }
    return temporary;
  }

  private boolean link(Path temporary, Path target) throws IOException {
    Directory directory = directory(parent(target));
    directory.unforced.incrementAndGet();
    try {
      disk.link(temporary, target);
    } catch (FileAlreadyExistsException e) {
      directory.unforced.decrementAndGet();
      return existed(target);
    } catch (NoSuchFileException e) {
      directory.unforced.decrementAndGet();
      throw e;
    }
    // If this throws, or the link did, the name may be there without being durable. Then unforced
    // never becomes 0 again, and whoever finds the name forces the directory before he says so.
    disk.forceDirectory(parent(target));
    directory.unforced.decrementAndGet();
    return true;
  }

  private boolean rename(Path temporary, Path target, String name) throws IOException {
    synchronized (renaming[Math.floorMod(name.hashCode(), renaming.length)]) {
      if (lock != null) {
        return renameIfFree(temporary, target);
      }
      Path claim = claim(name);
      try {
        return renameIfFree(temporary, target);
      } finally {
        deleteQuietly(claim);
      }
    }
  }

  private boolean renameIfFree(Path temporary, Path target) throws IOException {
    if (disk.size(target) >= 0) {
      return existed(target);
    }
    Directory directory = directory(parent(target));
    directory.unforced.incrementAndGet();
    disk.rename(temporary, target);
    disk.forceDirectory(parent(target));
    directory.unforced.decrementAndGet();
    return true;
  }

  private Path claim(String name) throws IOException {
    Path claims = folder.resolve(CLAIMS);
    try {
      disk.createDirectory(claims);
    } catch (FileAlreadyExistsException e) {
      // As it should be, from the second time on.
    }
    Path claim =
        claims.resolve(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    byte[] mark = (name + " " + owner + " " + id).getBytes(StandardCharsets.UTF_8);
    try (Disk.NewFile file = disk.create(claim)) {
      file.write(ByteBuffer.wrap(mark));
    } catch (FileAlreadyExistsException e) {
      if (isMarked(claim, mark)) {
        // An attempt of this handle could not remove it.
        return claim;
      }
      throw new IOException(
          "The object '"
              + name
              + "' is being created by another process. If that process is dead, delete the file "
              + claim,
          e);
    }
    return claim;
  }

  private boolean isMarked(Path claim, byte[] mark) throws IOException {
    return disk.size(claim) == mark.length && Arrays.equals(disk.read(claim, 0, mark.length), mark);
  }

  private boolean existed(Path target) throws IOException {
    if (disk.size(target) < 0) {
      throw new IOException(target + " can't be created: it was deleted just now");
    }
    disk.forceDirectory(parent(target));
    return false;
  }

  /** Makes what was seen in a directory durable, if it may not be. */
  private void settle(Path path) throws IOException {
    ensure(path);
    if (lock == null || directory(path).unforced.get() > 0) {
      disk.forceDirectory(path);
    }
  }

  /** Makes a directory, and that it exists durable, and what an earlier process left in it. */
  private void ensure(Path path) throws IOException {
    Directory directory = directory(path);
    if (directory.durable) {
      return;
    }
    synchronized (directories) {
      if (directory.durable) {
        return;
      }
      Path above = parent(path);
      ensure(above);
      boolean existed = false;
      try {
        disk.createDirectory(path);
      } catch (FileAlreadyExistsException e) {
        if (disk.size(path) >= 0) {
          throw new IOException(path + " is a file, but must be a directory", e);
        }
        existed = true;
      }
      disk.forceDirectory(above);
      if (existed) {
        disk.forceDirectory(path);
      }
      directory.durable = true;
    }
  }

  private Directory directory(Path path) {
    return directories.computeIfAbsent(path, p -> new Directory());
  }

  private void collect(Path path, String above, String beginning, List<String> names)
      throws IOException {
    List<String> entries;
    try {
      entries = disk.list(path);
    } catch (NoSuchFileException e) {
      return;
    }
    boolean found = false;
    for (String entry : entries) {
      if (!entry.startsWith(beginning)) {
        continue;
      }
      if (entry.endsWith(DIRECTORY)) {
        String part = entry.substring(0, entry.length() - DIRECTORY.length());
        collect(path.resolve(entry), above + part + "/", "", names);
      } else {
        found = true;
        names.add(above + entry);
      }
    }
    if (found) {
      settle(path);
    }
  }

  private void removeLeftovers(String directory) throws IOException {
    Path path = folder.resolve(directory);
    try {
      for (String name : disk.list(path)) {
        disk.delete(path.resolve(name));
      }
    } catch (NoSuchFileException e) {
      // Then nothing is left over.
    }
  }

  /** Does something again if another handle without lock removes a temporary file of it. */
  private static boolean again(Step step) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return step.take();
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS_TO_OPEN) {
          throw e;
        }
      }
    }
  }

  private interface Step {

    boolean take() throws IOException;
  }

  private boolean hasLinks() throws IOException {
    Path file = temporary();
    Path name = temporary();
    try {
      disk.create(file).close();
      disk.link(file, name);
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    } finally {
      deleteQuietly(file);
      deleteQuietly(name);
    }
  }

  private void mark(String applicationName) throws IOException {
    Path marker = folder.resolve(MARKER);
    if (disk.size(marker) < 0) {
      Path temporary = temporary();
      try {
        try (Disk.NewFile file = disk.create(temporary)) {
          ByteBuffer text = StandardCharsets.UTF_8.encode(marker(applicationName));
          while (text.hasRemaining()) {
            file.write(text);
          }
          file.force();
        }
        if (links) {
          disk.link(temporary, marker);
        } else {
          disk.rename(temporary, marker);
        }
      } catch (FileAlreadyExistsException e) {
        // Another handle without lock was faster.
      } finally {
        deleteQuietly(temporary);
      }
    }
    // Also if it was there: the process that made it may have died before this.
    disk.forceDirectory(folder);
    isMarked(disk, folder, applicationName);
  }

  private Path temporary() {
    return folder.resolve(TEMPORARY).resolve(id + "-" + temporaries.incrementAndGet());
  }

  private void deleteQuietly(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      // It goes when the folder is next opened.
    }
  }

  private Path path(String name) {
    return objects.resolve(ObjectNames.check(name).replace("/", DIRECTORY + "/"));
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " has no directory");
    }
    return parent;
  }

  private Lock use() throws IOException {
    Lock use = life.readLock();
    use.lock();
    if (closed) {
      use.unlock();
      throw new IOException("The " + this + " is closed");
    }
    return use;
  }

  private static String marker(String applicationName) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("application", applicationName);
    properties.setProperty("format", Integer.toString(FORMAT));
    StringWriter text = new StringWriter();
    properties.store(text, null);
    // Without the date, which only makes equal folders differ.
    return text.toString()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .sorted()
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /**
   * Whether a folder is one of this application's; false if it is empty or does not exist.
   *
   * @throws SnapshotStoreException if it is something else
   */
  private static boolean isMarked(Disk disk, Path folder, String applicationName)
      throws IOException {
    List<String> entries;
    try {
      entries = disk.list(folder);
    } catch (NoSuchFileException e) {
      return false;
    }
    Path marker = folder.resolve(MARKER);
    if (entries.stream().noneMatch(MARKER::equals)) {
      List<String> others =
          entries.stream().filter(name -> !NOTHING.contains(name)).sorted().toList();
      if (!others.isEmpty()) {
        throw new SnapshotStoreException(
            "The folder "
                + folder
                + " is no snapshot folder: it has no file "
                + MARKER
                + ", but it is not empty ('"
                + others.get(0)
                + "' is in it).",
            "Use an empty folder, or one that does not exist yet, or restore "
                + MARKER
                + " from a backup if this was a snapshot folder.");
      }
      return false;
    }
    Properties properties = new Properties();
    try {
      int length = (int) Math.min(disk.size(marker), 65_536);
      properties.load(
          new StringReader(new String(disk.read(marker, 0, length), StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      // A malformed escape; the values are missing then.
    }
    String application = properties.getProperty("application");
    int format;
    try {
      format = Integer.parseInt(properties.getProperty("format", ""));
    } catch (NumberFormatException e) {
      format = 0;
    }
    if (application == null || format <= 0) {
      throw new SnapshotStoreException(
          "The file " + marker + " is damaged: it does not tell the application and the format.",
          "Restore it from a backup, or use another folder.");
    }
    if (format > FORMAT) {
      throw new SnapshotStoreException(
          "The folder "
              + folder
              + " has the format "
              + format
              + " of a newer release; this release knows formats up to "
              + FORMAT
              + ".",
          "Run the newer release again, or use another folder.");
    }
    if (!application.equals(applicationName)) {
      throw new SnapshotStoreException(
          "The folder "
              + folder
              + " belongs to the application '"
              + application
              + "', not to '"
              + applicationName
              + "'.",
          "Give each application a folder of its own, or set the application's name back.");
    }
    return true;
  }

  /** Makes a folder with all that is above it. */
  private static void makeDurable(Disk disk, Path folder) throws IOException {
    makeFolder(disk, folder);
    // All the way up, as an earlier process may have made folders and died before it forced them.
    for (Path path = folder.getParent(); path != null; path = path.getParent()) {
      try {
        disk.forceDirectory(path);
      } catch (FileSystemException e) {
        // Not ours to look into, so not made by us either.
        return;
      }
    }
  }

  private static void makeFolder(Disk disk, Path folder) throws IOException {
    try {
      disk.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // As it should be.
    } catch (NoSuchFileException e) {
      makeFolder(disk, parent(folder));
      try {
        disk.createDirectory(folder);
      } catch (FileAlreadyExistsException again) {
        // Another process makes it too.
      }
    }
  }

  private static Closeable lock(Disk disk, Path folder, String owner) throws IOException {
    try {
      return disk.lock(folder.resolve(LOCK), owner);
    } catch (Disk.LockedException e) {
      throw new SnapshotStoreException(
          "The folder " + folder + " is in use by " + e.owner() + ".",
          "Stop that process, or give this one a folder of its own.",
          e);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new SnapshotStoreException(
          "The folder " + folder + " could not be locked: " + e.getMessage() + ".",
          "If its file system has no locks, open the folder without one; two processes are then"
              + " told apart by the conditional creation of objects alone.",
          e);
    }
  }

  private static IOException explained(IOException e, Path folder) {
    if (e instanceof SnapshotStoreException) {
      return e;
    }
    String reason = e instanceof FileSystemException f ? String.valueOf(f.getReason()) : "";
    if (e instanceof NotDirectoryException || reason.contains("Not a directory")) {
      return new SnapshotStoreException(
          "The folder " + folder + " can't be used: it, or something above it, is a file.",
          "Set the path of a folder.",
          e);
    }
    if (e instanceof AccessDeniedException || reason.contains("Read-only file system")) {
      return new SnapshotStoreException(
          "The folder "
              + folder
              + " can't be written: "
              + (e instanceof AccessDeniedException ? "access is denied" : reason)
              + ".",
          "Make it writable for the user that the application runs as, or use another folder.",
          e);
    }
    return new SnapshotStoreException(
        "The folder " + folder + " could not be opened: " + e + ".",
        "Check the disk and the folder's path.",
        e);
  }

  private static String thisProcess() {
    return "process "
        + ProcessHandle.current().pid()
        + " on "
        + host()
        + ", since "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this host";
    }
  }

  /** What is known of a directory. */
  private static final class Directory {

    /** Whether it exists durably, with all that earlier processes put into it. */
    volatile boolean durable;

    /** How many names may be in it without being durable. */
    final AtomicInteger unforced = new AtomicInteger();
  }
}
