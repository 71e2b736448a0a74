/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.TransactionLog.AbortedException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What can be known of records before a transaction has begun: topics that are missing, sizes. */
final class RecordChecks {

  private static final long ANSWER_SECONDS = 20;

  private final Admin admin;
  private final int largest;
  private final Set<String> knownTopics = ConcurrentHashMap.newKeySet();

  /**
   * @param largest how many bytes a request may have
   */
  RecordChecks(Admin admin, int largest) {
    this.admin = admin;
    this.largest = largest;
  }

  /** Whether nothing is known against a record, without a question to a broker. */
  boolean pass(ProducerRecord<byte[], byte[]> one) {
    return knownTopics.contains(one.topic()) && Refusals.tooLarge(one, largest) == null;
  }

  /** The records that will be refused, by index, and why. */
  Map<Integer, Throwable> refused(
      Producer<byte[], byte[]> open, List<ProducerRecord<byte[], byte[]>> records)
      throws IOException {
    Map<String, Throwable> missing = new HashMap<>();
    Map<Integer, Throwable> refused = new HashMap<>();
    for (int i = 0; i < records.size(); i++) {
      ProducerRecord<byte[], byte[]> one = records.get(i);
      if (!knownTopics.contains(one.topic()) && !missing.containsKey(one.topic())) {
        find(open, one.topic(), missing);
      }
      Throwable cause = missing.get(one.topic());
      if (cause == null) {
        cause = Refusals.tooLarge(one, largest);
      }
      if (cause != null) {
        refused.put(i, cause);
      }
    }
    return refused;
  }

  private void find(Producer<byte[], byte[]> open, String topic, Map<String, Throwable> missing)
      throws IOException {
    try {
      if (!open.partitionsFor(topic).isEmpty()) {
        knownTopics.add(topic);
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      if (Refusals.isForGood(e)) {
        missing.put(topic, e);
      } else if (isMissing(topic)) {
        missing.put(topic, new UnknownTopicOrPartitionException("There is no topic " + topic));
      } else {
        throw new AbortedException("topic " + topic + " is not known yet: " + e, e);
      }
    }
  }

  private boolean isMissing(String topic) throws IOException {
    try {
      admin.describeTopics(List.of(topic)).allTopicNames().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException e) {
      return e.getCause() instanceof UnknownTopicOrPartitionException;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      throw Interruptions.of(e);
    }
  }
}
