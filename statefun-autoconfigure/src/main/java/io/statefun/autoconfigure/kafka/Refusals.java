/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Tells which records the brokers will never take. */
final class Refusals {

  private static final int DEFAULT_MAX_REQUEST_SIZE = 1024 * 1024;

  /** More than a record and its batch take besides key, value and headers. */
  static final int OVERHEAD = 128;

  private Refusals() {}

  static boolean isForGood(Throwable failure) {
    return failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException
        || failure instanceof TopicAuthorizationException
        || failure instanceof InvalidTopicException
        || failure instanceof InvalidRecordException
        || failure instanceof UnsupportedForMessageFormatException
        || failure instanceof SerializationException;
  }

  /** Records of a transaction that are refused, with all others for a topic that is. */
  static Map<Integer, Throwable> of(
      Map<Integer, Throwable> failures, List<ProducerRecord<byte[], byte[]>> records) {
    Map<Integer, Throwable> refused = new HashMap<>();
    Map<String, Throwable> topics = new HashMap<>();
    Set<Integer> indexes = new HashSet<>(failures.keySet());
    for (int index : indexes) {
      Throwable failure = failures.get(index);
      if (failure != null && isForGood(failure)) {
        refused.put(index, failure);
        if (failure instanceof TopicAuthorizationException
            || failure instanceof InvalidTopicException) {
          topics.put(records.get(index).topic(), failure);
        }
      }
    }
    for (int i = 0; i < records.size() && !topics.isEmpty(); i++) {
      Throwable ofTopic = topics.get(records.get(i).topic());
      if (ofTopic != null) {
        refused.putIfAbsent(i, ofTopic);
      }
    }
    return refused;
  }

  /** Why a record is too large for a request, or null if it is not. */
  static @Nullable Throwable tooLarge(ProducerRecord<byte[], byte[]> one, int largest) {
    long size = OVERHEAD;
    size += one.key() == null ? 0 : one.key().length;
    size += one.value() == null ? 0 : one.value().length;
    for (Header header : one.headers()) {
      size += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return size <= largest
        ? null
        : new RecordTooLargeException(
            "The record takes "
                + size
                + " bytes, more than the producer's "
                + ProducerConfig.MAX_REQUEST_SIZE_CONFIG
                + " of "
                + largest);
  }

  static int maxRequestSize(Map<String, Object> producerSettings) {
    Object configured = producerSettings.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
    return configured == null
        ? DEFAULT_MAX_REQUEST_SIZE
        : Integer.parseInt(String.valueOf(configured));
  }
}
