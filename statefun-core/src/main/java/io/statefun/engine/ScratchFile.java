/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.StoredBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A scratch in files that vanish by themselves: each is unlinked as soon as it is open, and closed
 * when nobody holds any of its bytes any more. Used by one thread; what it returns, by any.
 */
final class ScratchFile implements Scratch {

  private static final long MAX_LENGTH = 64L * 1024 * 1024;
  private static final Cleaner CLEANER = Cleaner.create();

  private final Path folder;
  private @Nullable Segment current;

  ScratchFile(Path folder) {
    this.folder = folder;
  }

  @Override
  public StoredBytes store(byte[] bytes) {
    try {
      Segment segment = current;
      if (segment == null || segment.length > MAX_LENGTH) {
        segment = new Segment(folder);
        current = segment;
      }
      return segment.append(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write scratch data in " + folder, e);
    }
  }

  private static final class Segment {

    private final FileChannel channel;
    private long length;

    Segment(Path folder) throws IOException {
      Files.createDirectories(folder);
      Path file = Files.createTempFile(folder, "scratch", ".tmp");
      FileChannel opened =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      Files.deleteIfExists(file);
      this.channel = opened;
      CLEANER.register(this, () -> close(opened));
    }

    private static void close(FileChannel channel) {
      try {
        channel.close();
      } catch (IOException ignored) {
        // The file is unlinked already; the process' end frees it at the latest.
      }
    }

    Resting append(byte[] bytes) throws IOException {
      Resting resting = new Resting(this, length, bytes.length);
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        length += channel.write(buffer, length);
      }
      return resting;
    }
  }

  private record Resting(Segment segment, long position, int length) implements StoredBytes {

    @Override
    public byte[] load() {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      try {
        while (buffer.hasRemaining()) {
          if (segment.channel.read(buffer, position + buffer.position()) < 0) {
            throw new IOException("Scratch data ends too early");
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read scratch data", e);
      }
      return buffer.array();
    }
  }
}
