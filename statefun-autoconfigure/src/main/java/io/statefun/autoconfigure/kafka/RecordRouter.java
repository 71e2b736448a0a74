/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.autoconfigure.RecordRoutes;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes messages of the records of an ingress. Used by several threads. */
final class RecordRouter {

  private static final Logger log = LoggerFactory.getLogger(RecordRouter.class);

  private final MessageTypes types;
  private final Function<byte[], Object> reader;
  private final @Nullable TypeName target;
  private final RecordId id;
  private final RecordRoutes routes;
  private final Class<?> type;
  private final StateFunKafkaProperties.Tombstones tombstones;
  private final DeadLetterTopics deadLetters;

  RecordRouter(
      StateFunKafkaProperties.Ingress settings,
      MessageTypes types,
      Class<?> type,
      Function<byte[], Object> reader,
      RecordId id,
      RecordRoutes routes,
      DeadLetterTopics deadLetters) {
    this.types = types;
    this.type = type;
    this.reader = reader;
    String function = settings.target();
    this.target = function == null ? null : TypeName.parse(function);
    this.id = id;
    this.routes = routes;
    this.tombstones = settings.tombstones();
    this.deadLetters = deadLetters;
  }

  void route(ConsumerRecord<byte[], byte[]> one, Ingress.Collector out) {
    if (one.value() == null && tombstones == StateFunKafkaProperties.Tombstones.IGNORE) {
      return;
    }
    List<Routed> routed;
    try {
      routed = route(one);
    } catch (RuntimeException e) {
      reject(one, e, out);
      return;
    }
    if (!routed.isEmpty()) {
      Map<String, byte[]> headers = headers(one);
      for (Routed message : routed) {
        out.send(message.target(), message.value(), headers);
      }
    }
  }

  private List<Routed> route(ConsumerRecord<byte[], byte[]> one) {
    if (one.value() == null && tombstones == StateFunKafkaProperties.Tombstones.REJECT) {
      throw new SerializationException(
          "The record has no value. Set 'tombstones' of the ingress to 'ignore' to pass over such"
              + " ones, or to 'route' for routers of whole records to see them",
          null);
    }
    Object value = one.value() == null ? null : reader.apply(one.value());
    if (target != null && value != null) {
      return List.of(new Routed(Address.of(target, id.of(one, value)), types.wrap(value)));
    }
    List<Routed> routed = new ArrayList<>();
    routes.route(
        type,
        value,
        withValue(one, value),
        (address, message) -> routed.add(new Routed(address, types.wrap(message))));
    return routed;
  }

  private static ConsumerRecord<byte[], @Nullable Object> withValue(
      ConsumerRecord<byte[], byte[]> one, @Nullable Object value) {
    return new ConsumerRecord<>(
        one.topic(),
        one.partition(),
        one.offset(),
        one.timestamp(),
        one.timestampType(),
        one.serializedKeySize(),
        one.serializedValueSize(),
        one.key(),
        value,
        one.headers(),
        one.leaderEpoch());
  }

  private void reject(
      ConsumerRecord<byte[], byte[]> one, RuntimeException cause, Ingress.Collector out) {
    String origin = one.topic() + "-" + one.partition() + "@" + one.offset();
    if (deadLetters.isOff()) {
      out.reject(origin, DeadLetterTopics.raw(one), cause);
    } else {
      log.warn("The record {} is rejected: {}", origin, cause.toString());
      out.emit(deadLetters.of(one, cause));
    }
  }

  static Map<String, byte[]> headers(ConsumerRecord<byte[], byte[]> one) {
    if (!one.headers().iterator().hasNext()) {
      return Map.of();
    }
    Map<String, byte[]> headers = new HashMap<>();
    for (Header header : one.headers()) {
      if (header.value() != null) {
        headers.put(header.key(), header.value());
      }
    }
    return headers.isEmpty() ? Map.of() : headers;
  }

  private record Routed(Address target, TypedValue value) {}
}
