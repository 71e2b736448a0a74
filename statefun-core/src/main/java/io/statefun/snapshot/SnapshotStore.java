/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/**
 * The port to durable storage: immutable objects by name.
 *
 * <p>Names are made of letters, digits, {@code -}, {@code _} and {@code .}, in parts separated by
 * {@code /}. Methods may be called by several threads at once. An {@link IOException} from {@link
 * #create} leaves open whether the object exists: ask again before you go on.
 */
public interface SnapshotStore extends AutoCloseable {

  /**
   * Creates an object, if and only if no object has that name. When the method returns, the object
   * is durable and whole; nobody ever sees a part of it. Of several concurrent calls for one name
   * exactly one returns true.
   *
   * @return whether this call created it; false if it existed before
   */
  boolean create(String name, Content content) throws IOException;

  /**
   * The size of an object.
   *
   * @return its length in bytes, or -1 if there is none of that name
   */
  long size(String name) throws IOException;

  /**
   * Reads a part of an object.
   *
   * @param offset the position of the first byte
   * @param length how many bytes
   * @throws java.nio.file.NoSuchFileException if there is no such object
   * @throws java.io.EOFException if it is too short
   */
  byte[] read(String name, long offset, int length) throws IOException;

  /**
   * Lists the names that begin with a prefix, in their order.
   *
   * @param prefix the beginning, which may end in the middle of a part
   */
  List<String> list(String prefix) throws IOException;

  /** Deletes an object; nothing happens if there is none. */
  void delete(String name) throws IOException;

  @Override
  void close() throws IOException;

  /** What an object is made of. It can be written any number of times. */
  interface Content {

    /** How many bytes {@link #writeTo} writes. */
    long length();

    /** Writes all bytes. */
    void writeTo(WritableByteChannel channel) throws IOException;
  }
}
