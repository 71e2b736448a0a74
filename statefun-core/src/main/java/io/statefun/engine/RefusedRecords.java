/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Records that a transactional egress refuses for good. They are committed with their epoch as
 * records for an egress of their own, and become dead letters from there.
 */
final class RefusedRecords {

  /** The egress. */
  static final TypeName EGRESS = TypeName.of("statefun", "refused-records");

  private static final String CAUSE = "statefun-refused-cause";
  private static final String ORIGIN = "statefun-refused-egress";

  private RefusedRecords() {}

  /** The record in its new shape. */
  static OutgoingRecord of(OutgoingRecord record, Throwable cause) {
    Map<String, byte[]> headers = new HashMap<>(record.headers());
    headers.put(CAUSE, bytes(DeadLetter.describe(cause)));
    headers.put(ORIGIN, bytes(record.egress().toString()));
    return new OutgoingRecord(
        record.partition(), record.number(), EGRESS, record.value(), record.key(), headers);
  }

  /** The dead letter that a refused record becomes. */
  static DeadLetter deadLetter(OutgoingRecord refused, InstantSource clock) {
    String origin = "egress " + text(refused, ORIGIN);
    if (refused.key() != null) {
      origin += ", key " + refused.key();
    }
    return new DeadLetter(
        null,
        null,
        refused.value(),
        origin,
        text(refused, CAUSE),
        clock.instant(),
        withoutOwn(refused.headers()));
  }

  private static Map<String, byte[]> withoutOwn(Map<String, byte[]> headers) {
    Map<String, byte[]> others = new HashMap<>(headers);
    others.remove(CAUSE);
    others.remove(ORIGIN);
    return others;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(OutgoingRecord refused, String header) {
    byte[] content = refused.headers().get(header);
    return content == null ? "" : new String(content, StandardCharsets.UTF_8);
  }
}
