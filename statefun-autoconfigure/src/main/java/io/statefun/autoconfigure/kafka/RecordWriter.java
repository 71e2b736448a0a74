/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import io.statefun.io.DeadLetterHeaders;
import io.statefun.io.Egress;
import io.statefun.message.TypeName;
import io.statefun.remote.protocol.KafkaProducerRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.KafkaHeaders;

/**
 * Makes records of what functions give to egresses. As in Spring's own messages, the headers {@code
 * kafka_topic}, {@code kafka_partitionId} and {@code kafka_timestamp} are not sent, but say where
 * the record goes.
 */
final class RecordWriter {

  private static final TypeName RECORD =
      TypeName.of("type.googleapis.com", KafkaProducerRecord.getDescriptor().getFullName());

  /** Headers that are not sent. */
  private static final Set<String> PLACES =
      Set.of(
          KafkaHeaders.TOPIC,
          KafkaHeaders.PARTITION,
          KafkaHeaders.TIMESTAMP,
          DeadLetterTopics.KEY,
          DeadLetterTopics.TOMBSTONE);

  private final ValueFormat format;
  private final Map<TypeName, StateFunKafkaProperties.Egress> egresses = new HashMap<>();
  private final Set<TypeName> transactional = new LinkedHashSet<>();
  private final @Nullable TypeName deadLetters;

  /**
   * @param deadLetters the egress by which dead letters leave, if there is one
   */
  RecordWriter(
      ValueFormat format,
      Iterable<StateFunKafkaProperties.Egress> all,
      @Nullable String deadLetters) {
    this.format = format;
    this.deadLetters = deadLetters == null ? null : TypeName.parse(deadLetters);
    transactional.add(DeadLetterTopics.EGRESS);
    for (StateFunKafkaProperties.Egress egress : all) {
      TypeName name = TypeName.parse(Objects.requireNonNull(egress.name()));
      egresses.put(name, egress);
      if (egress.guarantee() == StateFunKafkaProperties.Guarantee.EXACTLY_ONCE) {
        transactional.add(name);
      }
    }
  }

  /** The egresses whose records are part of the commit. */
  Set<TypeName> transactional() {
    return transactional;
  }

  /** Whether the engine stops when a record is refused. */
  boolean stopsIfRefused(TypeName egress) {
    StateFunKafkaProperties.Egress settings = egresses.get(egress);
    return settings != null && settings.refused() == StateFunKafkaProperties.Refused.STOP;
  }

  ProducerRecord<byte[], byte[]> write(Egress.Delivery delivery) {
    if (isDeadLetter(delivery)) {
      return writeDeadLetter(delivery);
    }
    KafkaProducerRecord record = readyMade(delivery);
    return record == null ? writeValue(delivery) : writeRecord(delivery, record);
  }

  /**
   * Others may have its header as well: a topic of dead letters can be read, and they be sent on.
   */
  private boolean isDeadLetter(Egress.Delivery delivery) {
    return deadLetters != null
        && deadLetters.equals(delivery.egress())
        && delivery.headers().containsKey(DeadLetterHeaders.TYPE);
  }

  /**
   * A dead letter goes to the egress' own topic with all of its headers, whatever its message says:
   * that came from anywhere, and was not meant for this egress.
   */
  private ProducerRecord<byte[], byte[]> writeDeadLetter(Egress.Delivery delivery) {
    Map<String, byte[]> headers = new HashMap<>(delivery.headers());
    byte[] ownKey = headers.remove(DeadLetterTopics.KEY);
    byte @Nullable [] targetsId =
        delivery.key() == null ? null : delivery.key().getBytes(StandardCharsets.UTF_8);
    boolean tombstone = headers.remove(DeadLetterTopics.TOMBSTONE) != null;
    Headers all = new RecordHeaders();
    headers.forEach(all::add);
    return new ProducerRecord<>(
        Objects.requireNonNull(egresses.get(delivery.egress())).topic(),
        null,
        ownKey == null ? targetsId : ownKey,
        tombstone ? null : format.write(delivery.value()),
        all);
  }

  /**
   * What a function elsewhere has given in the protocol's own form; null if it is no such thing.
   */
  private static @Nullable KafkaProducerRecord readyMade(Egress.Delivery delivery) {
    if (!delivery.value().typeName().equals(RECORD)) {
      return null;
    }
    try {
      return KafkaProducerRecord.parseFrom(delivery.value().bytes());
    } catch (InvalidProtocolBufferException e) {
      // Then its bytes are all that there is to send.
      return null;
    }
  }

  private ProducerRecord<byte[], byte[]> writeRecord(
      Egress.Delivery delivery, KafkaProducerRecord record) {
    String topic =
        record.getTopic().isEmpty()
            ? Objects.requireNonNull(egresses.get(delivery.egress())).topic()
            : record.getTopic();
    byte[] key =
        record.getKey().isEmpty() ? null : record.getKey().getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(
        topic, null, key, record.getValueBytes().toByteArray(), headers(delivery));
  }

  /** Those that are sent. */
  private static Headers headers(Egress.Delivery delivery) {
    Headers headers = new RecordHeaders();
    delivery
        .headers()
        .forEach(
            (name, content) -> {
              if (!PLACES.contains(name)) {
                headers.add(name, content);
              }
            });
    return headers;
  }

  private ProducerRecord<byte[], byte[]> writeValue(Egress.Delivery delivery) {
    String topic = null;
    @Nullable Integer partition = null;
    @Nullable Long timestamp = null;
    byte @Nullable [] key =
        delivery.key() == null ? null : delivery.key().getBytes(StandardCharsets.UTF_8);
    boolean tombstone = false;
    @Nullable Headers headers = null;
    for (Map.Entry<String, byte[]> header : delivery.headers().entrySet()) {
      byte[] content = header.getValue();
      switch (header.getKey()) {
        case KafkaHeaders.TOPIC -> topic = new String(content, StandardCharsets.UTF_8);
        case KafkaHeaders.PARTITION -> partition = ByteBuffer.wrap(content).getInt();
        case KafkaHeaders.TIMESTAMP -> timestamp = ByteBuffer.wrap(content).getLong();
        case DeadLetterTopics.KEY -> key = content;
        case DeadLetterTopics.TOMBSTONE -> tombstone = true;
        default -> {
          headers = headers == null ? new RecordHeaders() : headers;
          headers.add(header.getKey(), content);
        }
      }
    }
    if (topic == null) {
      topic = Objects.requireNonNull(egresses.get(delivery.egress())).topic();
    }
    return new ProducerRecord<>(
        topic,
        partition,
        timestamp,
        key,
        tombstone ? null : format.write(delivery.value()),
        headers);
  }
}
