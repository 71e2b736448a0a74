/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.lines;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the complete lines of a file, as far as they are there, from any offset. The file may grow,
 * and need not exist yet; what was read may not change.
 */
public final class LineReader implements Closeable {

  private static final int CHUNK = 64 * 1024;
  private static final int LONGEST_LINE = 16 * 1024 * 1024;

  private final Path file;
  private final LongSupplier readable;
  private @Nullable FileChannel channel;
  private long offset;
  private byte[] buffer = new byte[CHUNK];
  private int start;
  private int end;

  /**
   * A complete line.
   *
   * @param offset where it begins in the file
   * @param bytes the line, without its end
   */
  public record Line(long offset, byte[] bytes) {

    /** The line as text. */
    public String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /**
   * @param file the file
   * @param readable up to which offset the file may be read now
   */
  public LineReader(Path file, LongSupplier readable) {
    this.file = file;
    this.readable = readable;
  }

  /**
   * Goes to the beginning of a line.
   *
   * @throws IOException if the file ends before
   */
  public void seek(long newOffset) throws IOException {
    if (newOffset > 0 && (!Files.exists(file) || Files.size(file) < newOffset)) {
      throw new IOException(
          file + " ends before offset " + newOffset + ", up to which it was read. Is it another?");
    }
    offset = newOffset;
    start = 0;
    end = 0;
  }

  /** The offset of the next line. */
  public long offset() {
    return offset;
  }

  /** The next line, or null if there is no complete one. */
  public @Nullable Line next() throws IOException {
    int scanned = start;
    while (true) {
      for (int i = scanned; i < end; i++) {
        if (buffer[i] == '\n') {
          return take(i);
        }
      }
      scanned = end - start;
      if (!fill()) {
        return null;
      }
    }
  }

  private Line take(int newline) {
    Line line = new Line(offset, Arrays.copyOfRange(buffer, start, newline));
    offset += newline + 1 - start;
    start = newline + 1;
    return line;
  }

  /** Reads on; what was not taken yet moves to the buffer's beginning. */
  private boolean fill() throws IOException {
    System.arraycopy(buffer, start, buffer, 0, end - start);
    end -= start;
    start = 0;
    if (end == buffer.length) {
      grow();
    }
    FileChannel open = open();
    long from = offset + end;
    int length = (int) Math.min(buffer.length - end, readable.getAsLong() - from);
    int count = open == null || length <= 0 ? -1 : open.read(slice(length), from);
    end += Math.max(0, count);
    return count > 0;
  }

  private ByteBuffer slice(int length) {
    return ByteBuffer.wrap(buffer, end, length);
  }

  private void grow() throws IOException {
    if (buffer.length >= LONGEST_LINE) {
      throw new IOException("The line at offset " + offset + " of " + file + " is too long");
    }
    buffer = Arrays.copyOf(buffer, buffer.length * 2);
  }

  private @Nullable FileChannel open() throws IOException {
    FileChannel result = channel;
    if (result == null && Files.exists(file)) {
      result = FileChannel.open(file, StandardOpenOption.READ);
      channel = result;
    }
    return result;
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    if (open != null) {
      open.close();
      channel = null;
    }
  }
}
