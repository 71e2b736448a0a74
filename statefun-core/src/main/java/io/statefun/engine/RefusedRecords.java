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
 * Records that an egress refuses for good, and that become dead letters. Those of a transactional
 * egress are committed with their epoch as records for an egress of their own, and become so from
 * there.
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

  /** The egress that refused what is now a record in its new shape. */
  static TypeName refusedBy(OutgoingRecord refused) {
    return TypeName.parse(text(refused, ORIGIN));
  }

  /** The dead letter that a record in its new shape becomes. */
  static DeadLetter deadLetter(OutgoingRecord refused, InstantSource clock) {
    return deadLetter(
        refused, text(refused, ORIGIN), text(refused, CAUSE), withoutOwn(refused.headers()), clock);
  }

  /** The dead letter that a record becomes at once. */
  static DeadLetter deadLetter(OutgoingRecord record, Throwable cause, InstantSource clock) {
    return deadLetter(
        record, record.egress().toString(), DeadLetter.describe(cause), record.headers(), clock);
  }

  private static DeadLetter deadLetter(
      OutgoingRecord record,
      String egress,
      String cause,
      Map<String, byte[]> headers,
      InstantSource clock) {
    String key = record.key() == null ? "" : ", key " + record.key();
    return new DeadLetter(
        null, null, record.value(), "egress " + egress + key, cause, clock.instant(), headers);
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
