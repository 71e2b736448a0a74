/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.function.EgressRecord;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.KafkaHeaders;

/**
 * Sends records that cannot be read to another topic, as Spring's {@code
 * DeadLetterPublishingRecoverer} does: with the same key, value and headers, and with headers that
 * tell where they were and what is wrong. They leave with the commit that passes over them.
 */
final class DeadLetterTopics {

  /** The egress for them. */
  static final TypeName EGRESS = TypeName.of("statefun", "kafka-dead-letters");

  /** The type of values as they were. */
  static final TypeName RAW = TypeName.of("statefun", "raw");

  /** A header, not sent, with the record's key. */
  static final String KEY = "statefun_key";

  /** A header, not sent, for records without value. */
  static final String TOMBSTONE = "statefun_tombstone";

  private static final byte[] NOTHING = new byte[0];
  private static final String SUFFIX = "-dlt";
  private static final int MAX_TRACE = 8_000;

  private final String groupId;
  private final @Nullable String configured;

  /**
   * @param configured the topic; null for the record's own with a suffix, empty for none
   */
  DeadLetterTopics(String groupId, @Nullable String configured) {
    this.groupId = groupId;
    this.configured = configured;
  }

  boolean isOff() {
    return configured != null && configured.isEmpty();
  }

  EgressRecord of(ConsumerRecord<byte[], byte[]> one, Throwable cause) {
    Map<String, byte[]> headers = new HashMap<>(RecordRouter.headers(one));
    headers.put(KafkaHeaders.TOPIC, text(configured == null ? one.topic() + SUFFIX : configured));
    headers.put(KafkaHeaders.DLT_ORIGINAL_TOPIC, text(one.topic()));
    headers.put(
        KafkaHeaders.DLT_ORIGINAL_PARTITION,
        ByteBuffer.allocate(Integer.BYTES).putInt(one.partition()).array());
    headers.put(KafkaHeaders.DLT_ORIGINAL_OFFSET, number(one.offset()));
    headers.put(KafkaHeaders.DLT_ORIGINAL_TIMESTAMP, number(one.timestamp()));
    headers.put(KafkaHeaders.DLT_ORIGINAL_TIMESTAMP_TYPE, text(one.timestampType().toString()));
    headers.put(KafkaHeaders.DLT_ORIGINAL_CONSUMER_GROUP, text(groupId));
    headers.put(KafkaHeaders.DLT_EXCEPTION_FQCN, text(cause.getClass().getName()));
    Throwable root = cause.getCause();
    if (root != null) {
      headers.put(KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN, text(root.getClass().getName()));
    }
    headers.put(KafkaHeaders.DLT_EXCEPTION_MESSAGE, text(String.valueOf(cause.getMessage())));
    headers.put(KafkaHeaders.DLT_EXCEPTION_STACKTRACE, text(trace(cause)));
    if (one.key() != null) {
      headers.put(KEY, one.key());
    }
    if (one.value() == null) {
      headers.put(TOMBSTONE, NOTHING);
    }
    return new EgressRecord(EGRESS, raw(one), null, headers);
  }

  static TypedValue raw(ConsumerRecord<byte[], byte[]> one) {
    return TypedValue.ofBytes(RAW, one.value() == null ? NOTHING : one.value());
  }

  private static String trace(Throwable cause) {
    StringWriter text = new StringWriter();
    cause.printStackTrace(new PrintWriter(text));
    String trace = text.toString();
    return trace.length() > MAX_TRACE ? trace.substring(0, MAX_TRACE) : trace;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] number(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }
}
