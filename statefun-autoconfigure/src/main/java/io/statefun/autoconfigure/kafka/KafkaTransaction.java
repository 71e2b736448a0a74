/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.EpochOutput;
import io.statefun.cluster.TransactionLog.AbortedException;
import io.statefun.io.Egress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.snapshot.FencedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One transaction: prepared by one thread, and then ended by another. */
final class KafkaTransaction {

  private static final Logger log = LoggerFactory.getLogger(KafkaTransaction.class);

  private final Producer<byte[], byte[]> producer;
  private final KafkaTurn turn;
  private final RecordWriter writer;
  private final String internalTopic;
  private final EpochOutput output;
  private List<Future<RecordMetadata>> sent = List.of();

  KafkaTransaction(
      Producer<byte[], byte[]> producer,
      KafkaTurn turn,
      RecordWriter writer,
      String internalTopic,
      EpochOutput output) {
    this.producer = producer;
    this.turn = turn;
    this.writer = writer;
    this.internalTopic = internalTopic;
    this.output = output;
  }

  EpochOutput output() {
    return output;
  }

  /**
   * Sends the records and the offsets. If that fails, the transaction has ended.
   *
   * @throws AbortedException if it is certain that it has
   * @throws IOException if it is not
   */
  void prepare(RecordChecks checks, Map<TopicPartition, OffsetAndMetadata> offsets)
      throws IOException, RefusedRecordsException {
    if (!send(checks, offsets)) {
      // To look for topics takes long when they are not there, and no transaction may be open then.
      refuse(checks.refused(producer, records()));
      if (!send(checks, offsets)) {
        throw new IllegalStateException("A record was found to be in order and is not");
      }
    }
  }

  /**
   * Begins the transaction and sends the records, each as soon as it is made, while it is in the
   * processor's cache.
   *
   * @return false if a record needs a closer look first; the transaction has ended then
   */
  private boolean send(RecordChecks checks, Map<TopicPartition, OffsetAndMetadata> offsets)
      throws IOException, RefusedRecordsException {
    sent = new ArrayList<>(output.records().size());
    ConsumerGroupMetadata group = turn.group();
    try {
      producer.beginTransaction();
      for (Egress.Delivery delivery : output.records()) {
        ProducerRecord<byte[], byte[]> one = writer.write(delivery);
        if (!checks.pass(one)) {
          producer.abortTransaction();
          return false;
        }
        sent.add(producer.send(one));
      }
      // One that is not written fails the commit.
      for (EpochOutput.Posted message : output.messages()) {
        var unused =
            producer.send(
                new ProducerRecord<>(internalTopic, message.partition(), null, message.content()));
      }
      // Who has heard of a new generation meanwhile is heard by the group.
      group = turn.group();
      producer.sendOffsetsToTransaction(offsets, group);
      return true;
    } catch (KafkaException e) {
      abort(e);
      refuse(refused());
      turn.check();
      if (e instanceof FencedInstanceIdException) {
        throw new FencedException(0);
      }
      if (e instanceof CommitFailedException) {
        // Before, the next attempt would be refused likewise.
        turn.awaitGenerationAfter(group);
        throw new AbortedException("the group is rebalancing", e);
      }
      throw new AbortedException("the transaction could not be prepared: " + e, e);
    }
  }

  /** The records, made again, as they are needed only if something is wrong. */
  private List<ProducerRecord<byte[], byte[]>> records() {
    return output.records().stream().map(writer::write).toList();
  }

  /** Commits it, as {@link io.statefun.cluster.TransactionLog#commit} says. */
  void commit() throws IOException, RefusedRecordsException {
    try {
      producer.commitTransaction();
    } catch (KafkaException e) {
      // With a record that could not be sent there was no commit.
      Map<Integer, Throwable> refused = refused();
      if (!refused.isEmpty()) {
        abort(e);
        refuse(refused);
      }
      throw new IOException("Whether the transaction is committed is not known: " + e, e);
    }
  }

  /**
   * Ends it without a commit.
   *
   * @throws IOException if that is not certain
   */
  void abort() throws IOException {
    try {
      producer.abortTransaction();
    } catch (KafkaException e) {
      throw new IOException("Whether the transaction is ended is not known: " + e, e);
    }
  }

  private void abort(KafkaException why) throws IOException {
    try {
      producer.abortTransaction();
    } catch (KafkaException e) {
      why.addSuppressed(e);
      throw new IOException("Whether the transaction is ended is not known: " + why, why);
    }
  }

  private Map<Integer, Throwable> refused() throws IOException {
    Map<Integer, Throwable> failures = new HashMap<>();
    for (int i = 0; i < sent.size(); i++) {
      Throwable failure = sent.get(i).isDone() ? failure(sent.get(i)) : null;
      if (failure != null) {
        failures.put(i, failure);
      }
    }
    return failures.isEmpty() ? Map.of() : Refusals.of(failures, records());
  }

  private static @Nullable Throwable failure(Future<RecordMetadata> done) throws IOException {
    try {
      done.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException e) {
      throw Interruptions.of(e);
    }
  }

  private void refuse(Map<Integer, Throwable> refused) throws RefusedRecordsException {
    if (refused.isEmpty()) {
      return;
    }
    refused.forEach(
        (index, cause) -> {
          Egress.Delivery delivery = output.records().get(index);
          if (writer.stopsIfRefused(delivery.egress())) {
            throw new IllegalStateException(
                "A record for egress '"
                    + delivery.egress()
                    + "' is refused, and the egress is configured to stop the engine then: "
                    + cause,
                cause);
          }
        });
    log.warn(
        "{} records are refused for good and become dead letters, as {}",
        refused.size(),
        refused.values().iterator().next().toString());
    throw new RefusedRecordsException(refused);
  }
}
