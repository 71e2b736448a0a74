/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.EpochOutput;
import io.statefun.cluster.RefusedRecordsException;
import io.statefun.cluster.TransactionLog;
import io.statefun.io.Egress;
import io.statefun.snapshot.FencedException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of a turn. The committed offset of each partition of the internal topic carries,
 * as its metadata, the reference to the epoch object and the transactional id of who committed it.
 */
final class KafkaTransactions implements TransactionLog {

  private static final Logger log = LoggerFactory.getLogger(KafkaTransactions.class);

  private static final long ANSWER_SECONDS = 20;
  private static final int MAX_BLOCK_MILLIS = 15_000;
  private static final char SEPARATOR = ' ';

  private final KafkaClients clients;
  private final GroupSettings settings;
  private final Turn turn;
  private final RecordWriter writer;
  private final Set<TopicPartition> internal = new HashSet<>();
  private final Set<String> knownTopics = new HashSet<>();
  private final Set<String> fenced = new HashSet<>();
  private final Admin admin;
  private volatile @Nullable Producer<byte[], byte[]> producer;
  private volatile boolean closed;

  KafkaTransactions(
      KafkaClients clients,
      GroupSettings settings,
      int partitions,
      Turn turn,
      RecordWriter writer) {
    this.clients = clients;
    this.settings = settings;
    this.turn = turn;
    this.writer = writer;
    this.admin = clients.admin();
    for (int i = 0; i < partitions; i++) {
      internal.add(new TopicPartition(settings.internalTopic(), i));
    }
  }

  // What is committed

  @Override
  public @Nullable String reference() throws IOException {
    fenceOthers();
    Map<TopicPartition, OffsetAndMetadata> committed = offsets(true);
    Set<String> references = new HashSet<>();
    for (TopicPartition partition : internal) {
      OffsetAndMetadata offset = committed.get(partition);
      references.add(offset == null ? "" : metadata(offset, 0));
    }
    if (references.size() > 1) {
      throw new IOException(
          "The offsets that group '"
              + settings.groupId()
              + "' has committed in topic '"
              + settings.internalTopic()
              + "' name different epochs, or only some do: "
              + references
              + ". Somebody else has changed them; set them back");
    }
    String reference = references.iterator().next();
    return reference.isEmpty() ? null : reference;
  }

  /**
   * Who committed last and is gone may have left a transaction open, whose end a reader waits for.
   * The end comes at once if nobody can go on with it.
   */
  private void fenceOthers() throws IOException {
    Set<String> others = new HashSet<>();
    for (OffsetAndMetadata offset : offsets(false).values()) {
      if (offset != null && !metadata(offset, 1).isEmpty()) {
        others.add(metadata(offset, 1));
      }
    }
    others.remove(settings.transactionalId());
    others.removeAll(fenced);
    if (others.isEmpty()) {
      return;
    }
    try {
      admin.fenceProducers(others).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      fenced.addAll(others);
    } catch (ExecutionException | TimeoutException e) {
      log.warn(
          "The transactions of {} could not be ended, so that the start waits until they time out:"
              + " {}",
          others,
          e.toString());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(boolean stable) throws IOException {
    try {
      return admin
          .listConsumerGroupOffsets(
              Map.of(
                  settings.groupId(), new ListConsumerGroupOffsetsSpec().topicPartitions(internal)),
              new ListConsumerGroupOffsetsOptions().requireStable(stable))
          .partitionsToOffsetAndMetadata()
          .get(settings.transactionTimeout().toSeconds() + ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("The committed offsets cannot be read", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("The committed offsets cannot be read in time", e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("Interrupted", e);
  }

  private static String metadata(OffsetAndMetadata offset, int part) {
    String metadata = offset.metadata();
    int separator = metadata.indexOf(SEPARATOR);
    if (separator < 0) {
      return part == 0 ? metadata : "";
    }
    return part == 0 ? metadata.substring(0, separator) : metadata.substring(separator + 1);
  }

  // Transactions

  @Override
  public void reset() throws IOException {
    drop();
    if (closed) {
      throw new IOException("The transactions are closed");
    }
    Producer<byte[], byte[]> fresh = clients.producer(defaults(), required());
    producer = fresh;
    try {
      fresh.initTransactions();
      if (closed) {
        throw new IllegalStateException("closed meanwhile");
      }
    } catch (KafkaException | IllegalStateException e) {
      drop();
      throw new IOException("A producer cannot begin: " + e, e);
    }
  }

  private static Map<String, Object> defaults() {
    Map<String, Object> defaults = new HashMap<>();
    // A transaction is refused while the markers of the one before are written: ask again soon.
    defaults.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
    defaults.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 20);
    defaults.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    defaults.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
    return defaults;
  }

  private Map<String, Object> required() {
    Map<String, Object> required = new HashMap<>();
    required.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.transactionalId());
    required.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    required.put(ProducerConfig.ACKS_CONFIG, "all");
    required.put(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) settings.transactionTimeout().toMillis());
    return required;
  }

  private void drop() {
    Producer<byte[], byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(Duration.ZERO);
    }
  }

  @Override
  public void commit(String reference, EpochOutput output)
      throws IOException, RefusedRecordsException {
    checkTurn();
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      reset();
      open = producer;
    }
    if (open == null) {
      throw new IOException("The transactions are closed");
    }
    try {
      commit(open, reference, output);
    } catch (IllegalStateException e) {
      if (closed) {
        // The producer was closed under way. What became of the transaction is not known here, and
        // nobody will go on from here.
        throw new IOException("The transactions are closed", e);
      }
      throw e;
    }
  }

  private void commit(Producer<byte[], byte[]> open, String reference, EpochOutput output)
      throws IOException, RefusedRecordsException {
    List<ProducerRecord<byte[], byte[]>> records =
        output.records().stream().map(writer::write).toList();
    refuse(output, refusedBefore(open, records));
    Map<Integer, Exception> failures = new ConcurrentHashMap<>();
    try {
      open.beginTransaction();
      for (int i = 0; i < records.size(); i++) {
        int index = i;
        open.send(
            records.get(i),
            (sent, failure) -> {
              if (failure != null) {
                failures.put(index, failure);
              }
            });
      }
      open.sendOffsetsToTransaction(offsets(reference, output.positions()), turn.group());
    } catch (KafkaException e) {
      abort(open, e);
      refuse(output, Refusals.of(failures, records));
      checkTurn();
      if (e instanceof FencedInstanceIdException) {
        throw new FencedException(0);
      }
      throw new AbortedException(
          e instanceof CommitFailedException
              ? "the group is rebalancing"
              : "the transaction could not be prepared: " + e,
          e);
    }
    commit(open, output, records, failures);
  }

  private void commit(
      Producer<byte[], byte[]> open,
      EpochOutput output,
      List<ProducerRecord<byte[], byte[]>> records,
      Map<Integer, Exception> failures)
      throws IOException, RefusedRecordsException {
    try {
      open.commitTransaction();
    } catch (KafkaException e) {
      // With a record that could not be sent there was no commit.
      Map<Integer, Throwable> refused = Refusals.of(failures, records);
      if (!refused.isEmpty()) {
        abort(open, e);
        refuse(output, refused);
      }
      throw new IOException("Whether the transaction is committed is not known: " + e, e);
    }
  }

  /**
   * Ends a transaction that must not be committed.
   *
   * @throws IOException if that is not certain
   */
  private void abort(Producer<byte[], byte[]> open, KafkaException why) throws IOException {
    try {
      open.abortTransaction();
    } catch (KafkaException e) {
      why.addSuppressed(e);
      throw new IOException("Whether the transaction is ended is not known: " + why, why);
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(
      String reference, List<EpochOutput.Position> positions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    String metadata = reference + SEPARATOR + settings.transactionalId();
    for (TopicPartition partition : internal) {
      offsets.put(partition, new OffsetAndMetadata(0, metadata));
    }
    for (EpochOutput.Position position : positions) {
      int dash = position.split().lastIndexOf('-');
      offsets.put(
          new TopicPartition(
              position.split().substring(0, dash),
              Integer.parseInt(position.split().substring(dash + 1))),
          new OffsetAndMetadata(KafkaSplit.offset(position.position())));
    }
    return offsets;
  }

  /** The node of a turn that is over is about to be ended, and can only wait for that. */
  private void checkTurn() throws IOException {
    if (turn.isOver()) {
      throw new IOException("This process does not own the partitions any more");
    }
  }

  // Records that are refused

  /** What can be known before a transaction has begun: topics that are missing, and sizes. */
  private Map<Integer, Throwable> refusedBefore(
      Producer<byte[], byte[]> open, List<ProducerRecord<byte[], byte[]>> records)
      throws IOException {
    Map<String, Throwable> missing = new HashMap<>();
    Map<Integer, Throwable> refused = new HashMap<>();
    int largest = Refusals.maxRequestSize(clients.producerSettings());
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
      throw interrupted(e);
    }
  }

  private void refuse(EpochOutput output, Map<Integer, Throwable> refused)
      throws RefusedRecordsException {
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

  void close() {
    closed = true;
    drop();
    admin.close(Duration.ZERO);
  }
}
