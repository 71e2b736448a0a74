/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import io.statefun.sample.billing.provider.ChargeRequest;
import io.statefun.sample.billing.provider.LedgerEntry;
import io.statefun.sample.billing.provider.PaymentProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import tools.jackson.databind.json.JsonMapper;

/**
 * The provider's work: takes requests into the ledger, answers those whose time has come, and
 * publishes the ledger's answers. Both topics are read and written from where the ledger and the
 * topics themselves say, so that it may be killed anywhere in between.
 */
final class ProviderLoop implements ApplicationRunner, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ProviderLoop.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration POLL = Duration.ofMillis(20);
  private static final long PAUSE_MS = 1_000;
  private static final long STOP_SECONDS = 10;

  private final PaymentProvider provider;
  private final Clients clients;
  private final TopicProperties topics;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  ProviderLoop(PaymentProvider provider, Clients clients, TopicProperties topics) {
    this.provider = provider;
    this.clients = clients;
    this.topics = topics;
  }

  /** An answer as it is written. */
  private record Answer(String paymentId, int attempt, LedgerEntry.Kind outcome) {}

  @Override
  public void run(ApplicationArguments arguments) throws IOException, InterruptedException {
    try {
      while (stop.getCount() > 0) {
        try {
          work();
        } catch (KafkaException e) {
          log.warn("Kafka cannot be used; it is tried again: {}", e.toString());
          boolean unused = stop.await(PAUSE_MS, TimeUnit.MILLISECONDS);
        }
      }
    } finally {
      stopped.countDown();
    }
  }

  private void work() throws IOException {
    try (RequestTopic requests =
            new RequestTopic(clients, topics.paymentRequests(), provider.ledger());
        LinePublisher answers =
            new LinePublisher(
                clients,
                "billing-provider-answers",
                topics.providerAnswers(),
                provider.ledger().file(),
                provider.ledger()::length,
                this::answer)) {
      while (stop.getCount() > 0) {
        List<ChargeRequest> received = requests.poll(POLL);
        if (!received.isEmpty()) {
          provider.receive(received);
        }
        provider.answer();
        boolean unused = answers.publish();
      }
    }
  }

  private @Nullable ProducerRecord<String, String> answer(String line) {
    LedgerEntry entry = LedgerEntry.parse(line);
    if (!entry.kind().isAnswer()) {
      return null;
    }
    Answer answer = new Answer(entry.paymentId(), entry.attempt(), entry.kind());
    return new ProducerRecord<>(
        topics.providerAnswers(), entry.paymentId(), JSON.writeValueAsString(answer));
  }

  /** Ends the work, and waits until it has ended, as the ledger is closed next. */
  @Override
  public void close() throws InterruptedException {
    stop.countDown();
    boolean unused = stopped.await(STOP_SECONDS, TimeUnit.SECONDS);
  }
}
