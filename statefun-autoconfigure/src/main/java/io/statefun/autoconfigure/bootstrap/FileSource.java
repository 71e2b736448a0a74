/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;

/** The records of a file. Positions are those of bytes. */
final class FileSource implements RowSource {

  private final Resource file;
  private final Format format;
  private final long size;

  FileSource(Resource file, Format format) throws IOException {
    this.file = file;
    this.format = format;
    if (!file.isReadable()) {
      throw new BootstrapSourceException(
          "There is no " + file.getDescription() + " that could be read.",
          "Correct the property, or put the file there.",
          null);
    }
    this.size = file.contentLength();
  }

  @Override
  public String definition() {
    return file.getDescription() + "\n" + size + "\n" + lastModified();
  }

  /** As somebody who corrects a file moves everything behind. */
  private long lastModified() {
    try {
      return file.lastModified();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Reader open(List<String> columns, byte @Nullable [] position) throws IOException {
    long offset = position == null ? 0 : ByteBuffer.wrap(position).getLong();
    Format.Parser parser;
    try (RecordStream beginning = new RecordStream(file.getInputStream(), format.hasQuotes(), 0)) {
      parser = format.parser(columns, beginning, file.getDescription());
      if (offset == 0 && format.hasHeader()) {
        offset = beginning.position(0);
      }
    }
    return new Records(
        new RecordStream(file.getInputStream(), format.hasQuotes(), offset), parser, offset);
  }

  private static final class Records implements Reader {

    private final RecordStream records;
    private final Format.Parser parser;
    private long done;

    Records(RecordStream records, Format.Parser parser, long done) {
      this.records = records;
      this.parser = parser;
      this.done = done;
    }

    @Override
    public @Nullable Batch next() throws IOException {
      int count = records.next();
      if (count == 0) {
        return null;
      }
      long[] positions = new long[count];
      for (int i = 0; i < count; i++) {
        positions[i] = records.position(i);
      }
      done = positions[count - 1];
      return new FileBatch(parser.parse(records, count), positions);
    }

    @Override
    public long done() {
      return done;
    }

    @Override
    public void close() {
      try {
        records.close();
      } catch (IOException e) {
        // All that was wanted was read.
      }
    }
  }

  private record FileBatch(@Nullable Object[][] rows, long[] positions) implements Batch {

    @Override
    public int size() {
      return rows.length;
    }

    @Override
    public @Nullable Object[] row(int index) {
      return rows[index];
    }

    @Override
    public byte[] position(int index) {
      return ByteBuffer.allocate(Long.BYTES).putLong(0, positions[index]).array();
    }
  }

  /** How records are written. */
  interface Format {

    /** Whether an end of line between quotes belongs to the record. */
    boolean hasQuotes();

    /** Whether the first record names the columns. */
    boolean hasHeader();

    /**
     * Makes a parser.
     *
     * @param beginning the file from its beginning; the parser may take the first records
     * @param description what the file is, for people
     */
    Parser parser(List<String> columns, RecordStream beginning, String description)
        throws IOException;

    /** Turns records into rows. */
    interface Parser {

      @Nullable Object[][] parse(RecordStream records, int count) throws IOException;
    }
  }
}
