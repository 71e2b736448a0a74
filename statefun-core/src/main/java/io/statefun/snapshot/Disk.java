/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * The file operations that {@link FileSnapshotStore} is built on, with the guarantees of POSIX and
 * no more: what a file holds survives the loss of power after {@link NewFile#force}, and what a
 * directory lists after {@link #forceDirectory}.
 */
interface Disk {

  /**
   * Creates an empty file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something of that name exists
   * @throws java.nio.file.NoSuchFileException if the directory does not exist
   */
  NewFile create(Path file) throws IOException;

  /**
   * Gives a file a second name, if that name is free, in one step.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something has that name
   * @throws java.nio.file.NoSuchFileException if the file or the directory does not exist
   * @throws UnsupportedOperationException if the file system has no hard links
   */
  void link(Path file, Path name) throws IOException;

  /** Renames a file in one step; a file that has the new name is replaced. */
  void rename(Path file, Path name) throws IOException;

  /** Removes a name, if it exists. An empty directory may be removed too. */
  void delete(Path file) throws IOException;

  /**
   * Creates a directory.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something has that name
   */
  void createDirectory(Path directory) throws IOException;

  /** Makes the names in a directory durable. */
  void forceDirectory(Path directory) throws IOException;

  /**
   * The names in a directory, in no order.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   * @throws java.nio.file.NotDirectoryException if it is a file
   */
  List<String> list(Path directory) throws IOException;

  /** The length of a file in bytes, or -1 if there is no file of that name. */
  long size(Path file) throws IOException;

  /**
   * Reads a part of a file.
   *
   * @throws java.io.EOFException if the file is too short
   * @throws java.nio.file.NoSuchFileException if it does not exist
   */
  byte[] read(Path file, long offset, int length) throws IOException;

  /**
   * Takes an exclusive lock, which the death of the process releases.
   *
   * @param file the file that stands for the lock; made when it is missing
   * @param owner the text that others see who want the lock too
   * @throws LockedException if somebody holds it
   */
  Closeable lock(Path file, String owner) throws IOException;

  /** A file that is being written. */
  interface NewFile extends WritableByteChannel {

    /** Makes what was written durable. */
    void force() throws IOException;
  }

  /** The lock is taken. */
  final class LockedException extends IOException {

    private static final long serialVersionUID = 1L;

    LockedException(String owner) {
      super(owner);
    }

    /** The text that the owner left. */
    String owner() {
      return String.valueOf(getMessage());
    }
  }
}
