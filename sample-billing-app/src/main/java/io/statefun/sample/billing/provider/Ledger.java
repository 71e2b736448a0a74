/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.provider;

import io.statefun.sample.billing.lines.LineReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;

/**
 * The provider's books: a file that only ever grows, by whole lines that are forced to the disk
 * before anybody hears of them. A line that a crash cut off is removed when the file is opened.
 */
public final class Ledger implements Closeable {

  private final Path file;
  private final FileChannel channel;
  private volatile long length;

  private Ledger(Path file, FileChannel channel, long length) {
    this.file = file;
    this.channel = channel;
    this.length = length;
  }

  /**
   * Opens the ledger, and makes it if it is not there.
   *
   * @param reader gets each line that is there, in order
   * @throws IllegalStateException if another process has the ledger open
   */
  public static Ledger open(Path file, Consumer<LedgerEntry> reader) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new IllegalStateException("Another process has the ledger open: " + file);
      }
      long length = replay(file, channel.size(), reader);
      channel.truncate(length);
      channel.force(true);
      return new Ledger(file, channel, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long replay(Path file, long size, Consumer<LedgerEntry> reader)
      throws IOException {
    try (LineReader lines = new LineReader(file, () -> size)) {
      for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
        reader.accept(LedgerEntry.parse(line.text()));
      }
      return lines.offset();
    }
  }

  /**
   * Writes lines; they are on the disk when the method returns. After a failure nobody knows how
   * much is: the ledger is closed, and must be opened again.
   */
  public void append(List<LedgerEntry> entries) {
    StringBuilder text = new StringBuilder();
    entries.forEach(entry -> text.append(entry.line()).append('\n'));
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
    long end = length + bytes.remaining();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, end - bytes.remaining());
      }
      channel.force(false);
      length = end;
    } catch (IOException e) {
      closeAfter(e);
      throw new UncheckedIOException(e);
    }
  }

  private void closeAfter(IOException failure) {
    try {
      channel.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** How much of the file is on the disk for good. */
  public long length() {
    return length;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
