/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import io.statefun.sample.billing.lines.LineReader;
import io.statefun.sample.billing.provider.ChargeRequest;
import io.statefun.sample.billing.provider.Ledger;
import io.statefun.sample.billing.provider.LedgerEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads payment requests. What identifies a request is its place in the topic, which goes with it
 * into the ledger as its delivery id: so the ledger says what was read, and reading goes on behind
 * that. Two records that ask for the same are two requests.
 */
final class RequestTopic implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RequestTopic.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String topic;
  private final Consumer<String, String> consumer;

  /** A request as it is written. */
  private record Request(@Nullable String paymentId, int attempt, long amountCents) {}

  RequestTopic(Clients clients, String topic, Ledger ledger) throws IOException {
    this.topic = topic;
    this.consumer = clients.consumer("billing-provider");
    try {
      List<TopicPartition> partitions = Clients.partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      positions(ledger).forEach(consumer::seek);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** By partition, the offset behind the last request in the ledger. */
  private Map<TopicPartition, Long> positions(Ledger ledger) throws IOException {
    Map<TopicPartition, Long> positions = new HashMap<>();
    try (LineReader lines = new LineReader(ledger.file(), ledger::length)) {
      for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
        String id = LedgerEntry.parse(line.text()).deliveryId();
        if (id.startsWith(topic + "-")) {
          String[] place = id.substring(topic.length() + 1).split("-", -1);
          positions.merge(
              new TopicPartition(topic, Integer.parseInt(place[0])),
              Long.parseLong(place[1]) + 1,
              Math::max);
        }
      }
    }
    return positions;
  }

  /** The next requests; none if none come in time. */
  List<ChargeRequest> poll(Duration time) {
    List<ChargeRequest> requests = new ArrayList<>();
    for (ConsumerRecord<String, String> one : consumer.poll(time)) {
      String deliveryId = topic + "-" + one.partition() + "-" + one.offset();
      try {
        requests.add(request(deliveryId, one.value()));
      } catch (JacksonException | IllegalArgumentException e) {
        log.warn("{} is no payment request and is passed over: {}", deliveryId, e.getMessage());
      }
    }
    return requests;
  }

  private static ChargeRequest request(String deliveryId, @Nullable String value) {
    Request request = JSON.readValue(value == null ? "null" : value, Request.class);
    if (request == null || request.paymentId() == null) {
      throw new IllegalArgumentException("There is no paymentId");
    }
    return new ChargeRequest(
        deliveryId, request.paymentId(), request.attempt(), request.amountCents());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
