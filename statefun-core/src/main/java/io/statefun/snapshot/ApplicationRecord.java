/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.UUID;

/**
 * What a store knows of its application, fixed when it first starts.
 *
 * @param name the application's name
 * @param partitions how many partitions it has
 * @param id tells this application's data from any other's, also of the same name
 */
public record ApplicationRecord(String name, int partitions, UUID id) {

  private static final String OBJECT = "application";
  private static final int FORMAT = 1;

  /**
   * Reads the record of a store, creating it as given if there is none.
   *
   * @throws NewerFormatException if a newer version has made the store
   */
  public static ApplicationRecord openOrCreate(SnapshotStore store, ApplicationRecord fresh)
      throws IOException {
    if (store.size(OBJECT) < 0) {
      store.create(OBJECT, fresh.content());
    }
    long size = store.size(OBJECT);
    ByteReader in = new ByteReader(store.read(OBJECT, 0, (int) size));
    int format = in.readVarInt();
    NewerFormatException.check("The snapshot store's record of the application", format, FORMAT);
    return new ApplicationRecord(
        in.readString(), in.readVarInt(), new UUID(in.readFixedLong(), in.readFixedLong()));
  }

  private SnapshotStore.Content content() {
    byte[] bytes =
        new ByteWriter(128)
            .writeVarInt(FORMAT)
            .writeString(name)
            .writeVarInt(partitions)
            .writeFixedLong(id.getMostSignificantBits())
            .writeFixedLong(id.getLeastSignificantBits())
            .toByteArray();
    return new SnapshotStore.Content() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public void writeTo(WritableByteChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    };
  }
}
