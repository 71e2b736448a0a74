/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.EpochOutput;
import io.statefun.cluster.TransactionLog;
import io.statefun.io.RefusedRecordsException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The transactions of a turn. A thread of their own prepares them. */
final class KafkaTransactions implements TransactionLog {

  private final GroupSettings settings;
  private final KafkaTurn turn;
  private final RecordWriter writer;
  private final TransactionalProducers producers;
  private final CommittedOffsets offsets;
  private final RecordChecks checks;
  private final ReadMessages readMessages;
  private final ExecutorService preparer =
      Executors.newSingleThreadExecutor(KafkaTransactions::newThread);
  private @Nullable Future<KafkaTransaction> preparation;

  private final int largestMessage;

  KafkaTransactions(
      KafkaClients clients,
      GroupSettings settings,
      KafkaTurn turn,
      RecordWriter writer,
      int largestMessage) {
    this.largestMessage = largestMessage;
    this.settings = settings;
    this.turn = turn;
    this.writer = writer;
    this.producers = new TransactionalProducers(clients, settings);
    Admin admin = clients.admin();
    this.offsets = new CommittedOffsets(clients, settings, admin);
    this.readMessages = new ReadMessages(admin, settings.internalTopic());
    this.checks = new RecordChecks(admin, Refusals.maxRequestSize(clients.producerSettings()));
  }

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "statefun-transaction");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public Map<Integer, String> references(Set<Integer> partitions) throws IOException {
    return offsets.references(partitions);
  }

  @Override
  public Map<Integer, String> committedReferences() throws IOException {
    return offsets.committedReferences();
  }

  @Override
  public Map<Integer, Long> inboxEnds(Set<Integer> partitions) throws IOException {
    return offsets.inboxEnds(partitions);
  }

  @Override
  public int largestMessage() {
    return largestMessage;
  }

  @Override
  public void reset() throws IOException {
    preparation = null;
    producers.reset();
  }

  @Override
  public void begin(Map<Integer, String> references, EpochOutput output) throws IOException {
    turn.check();
    KafkaTransaction begun =
        new KafkaTransaction(producers.next(), turn, writer, settings.internalTopic(), output);
    Map<TopicPartition, OffsetAndMetadata> committed = offsets.of(references, output);
    try {
      preparation =
          preparer.submit(
              () -> {
                begun.prepare(checks, committed);
                return begun;
              });
    } catch (RejectedExecutionException e) {
      throw new IOException("The transactions are closed", e);
    }
  }

  @Override
  public void commit() throws IOException, RefusedRecordsException {
    try {
      KafkaTransaction prepared = prepared();
      prepared.commit();
      readMessages.committed(prepared.output().inboxes());
    } catch (IllegalStateException e) {
      throw unlessClosed(e);
    }
  }

  @Override
  public void abort() throws IOException {
    try {
      prepared().abort();
    } catch (AbortedException | RefusedRecordsException e) {
      // It has ended already; why, is told when it is tried again.
    } catch (IllegalStateException e) {
      throw unlessClosed(e);
    }
  }

  private KafkaTransaction prepared() throws IOException, RefusedRecordsException {
    Future<KafkaTransaction> begun = Objects.requireNonNull(preparation, "no transaction");
    preparation = null;
    try {
      return begun.get();
    } catch (InterruptedException e) {
      throw Interruptions.of(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RefusedRecordsException refused) {
        throw refused;
      }
      throw e.getCause() instanceof RuntimeException bug ? bug : new IllegalStateException(e);
    }
  }

  /**
   * A producer that was closed under way. What became of the transaction is not known here, and
   * nobody will go on from here.
   */
  private IOException unlessClosed(IllegalStateException e) {
    if (producers.isClosed()) {
      return new IOException("The transactions are closed", e);
    }
    throw e;
  }

  void close() {
    producers.close();
    preparer.shutdownNow();
    offsets.close();
  }
}
