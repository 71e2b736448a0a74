/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Egress;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record for an egress, as the partition of the function that gave it keeps it.
 *
 * @param number grows from record to record of a partition
 */
record OutgoingRecord(
    int partition,
    long number,
    TypeName egress,
    TypedValue value,
    @Nullable String key,
    Map<String, byte[]> headers) {

  private static final int WITH_KEY = 1;
  private static final int WITH_HEADERS = 2;

  /** The upper half of the byte that tells what a record has. */
  private static final int FORMAT = 0;

  private static final int FORMAT_BITS = 4;

  /**
   * What the receiver gets.
   *
   * @param application tells this application's records from those of any other
   */
  Egress.Delivery delivery(String application) {
    String id = application + "-" + partition + "-" + number;
    return new Egress.Delivery(egress, id, value, key, headers);
  }

  void write(ByteWriter out) {
    out.writeByte((key == null ? 0 : WITH_KEY) | (headers.isEmpty() ? 0 : WITH_HEADERS));
    out.writeVarLong(number).writeString(egress.toString());
    MessageCodec.writeValue(out, value);
    if (key != null) {
      out.writeString(key);
    }
    if (!headers.isEmpty()) {
      MessageCodec.writeHeaders(out, headers);
    }
  }

  static OutgoingRecord read(int partition, byte[] stored) {
    ByteReader in = new ByteReader(stored);
    int flags = in.readByte();
    NewerFormatException.check("A stored egress record", flags >>> FORMAT_BITS, FORMAT);
    long number = in.readVarLong();
    TypeName egress = MessageCodec.name(in.readString());
    TypedValue value = MessageCodec.readValue(in);
    @Nullable String key = (flags & WITH_KEY) == 0 ? null : in.readString();
    Map<String, byte[]> headers =
        (flags & WITH_HEADERS) == 0 ? Map.of() : MessageCodec.readHeaders(in);
    return new OutgoingRecord(partition, number, egress, value, key, headers);
  }
}
