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
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The disk of this machine. */
final class NioDisk implements Disk {

  /**
   * How much is read or written at once. What is in the heap goes through memory outside of it of
   * the same size, which each thread keeps.
   */
  private static final int PIECE = 128 * 1024;

  /** Behind every text, so that where locks are mandatory the text can be read all the same. */
  private static final long LOCK_POSITION = Long.MAX_VALUE - 1;

  /**
   * The locks of this JVM and their owners. POSIX drops a process's lock when the process closes
   * <em>any</em> descriptor of the file, so a lock that is held here must not even be looked at.
   */
  private static final Map<Object, String> HELD = new ConcurrentHashMap<>();

  private static final boolean WINDOWS =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  @Override
  public NewFile create(Path file) throws IOException {
    return new NioFile(
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    try {
      Files.createLink(name, file);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      // What link(2) answers where the file system knows no hard links.
      String reason = String.valueOf(e.getReason());
      if (reason.contains("Operation not permitted")
          || reason.contains("not supported")
          || reason.contains("not implemented")) {
        throw new UnsupportedOperationException(reason, e);
      }
      throw e;
    }
  }

  @Override
  public void rename(Path file, Path name) throws IOException {
    Files.move(file, name, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    if (WINDOWS) {
      return; // A directory can't be opened there, and NTFS logs changes of names itself.
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        names.add(String.valueOf(path.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  @Override
  public long size(Path file) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.isDirectory() ? -1 : attributes.size();
    } catch (NoSuchFileException e) {
      return -1;
    } catch (FileSystemException e) {
      // A part of the name that is a file where a directory would have to be.
      if (String.valueOf(e.getReason()).contains("Not a directory")) {
        return -1;
      }
      throw e;
    }
  }

  @Override
  public byte[] read(Path file, long offset, int length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (length > channel.size() - offset) {
        throw new EOFException(
            file + " has " + channel.size() + " bytes; asked for " + length + " at " + offset);
      }
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        buffer.limit(Math.min(length, buffer.position() + PIECE));
        if (channel.read(buffer, offset + buffer.position()) < 0) {
          throw new EOFException(file + " became shorter");
        }
        buffer.limit(length);
      }
      return buffer.array();
    }
  }

  @Override
  public Closeable lock(Path file, String owner) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // As it should be, from the second time on.
    }
    Object key = key(file);
    String other = HELD.putIfAbsent(key, owner);
    if (other != null) {
      throw new LockedException(other);
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock(LOCK_POSITION, 1, false);
      if (lock == null) {
        throw new LockedException(text(channel));
      }
      channel.truncate(0);
      ByteBuffer text = StandardCharsets.UTF_8.encode(owner);
      while (text.hasRemaining()) {
        channel.write(text);
      }
    } catch (OverlappingFileLockException e) {
      // Another class loader's copy of this class.
      close(channel);
      HELD.remove(key);
      throw new LockedException("this process");
    } catch (IOException | RuntimeException e) {
      close(channel);
      HELD.remove(key);
      throw e;
    }
    FileChannel locked = channel;
    return () -> {
      try {
        locked.close();
      } finally {
        HELD.remove(key);
      }
    };
  }

  private static Object key(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key != null ? key : file.toRealPath();
  }

  private static String text(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1024);
    channel.read(buffer, 0);
    return StandardCharsets.UTF_8.decode(buffer.flip()).toString().strip();
  }

  private static void close(@Nullable FileChannel channel) throws IOException {
    if (channel != null) {
      channel.close();
    }
  }

  private static final class NioFile implements NewFile {

    private final FileChannel channel;

    NioFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int limit = source.limit();
      source.limit(Math.min(limit, source.position() + PIECE));
      try {
        return channel.write(source);
      } finally {
        source.limit(limit);
      }
    }

    @Override
    public void force() throws IOException {
      // The length is all of the metadata that counts, and goes with the data.
      channel.force(false);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
