/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import com.google.protobuf.UnsafeByteOperations;
import io.statefun.function.EgressRecord;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.KafkaProducerRecord;

/** Egress records as the protocol has them: plain values, and records with a key for Kafka. */
final class EgressArguments {

  private final MessageTypes types;
  private final MessageType<KafkaProducerRecord> kafkaRecord;

  EgressArguments(MessageTypes types) {
    this.types = types;
    this.kafkaRecord = types.forClass(KafkaProducerRecord.class);
  }

  /**
   * @throws UnsupportedOperationException if the record has what the protocol has no place for
   * @throws IllegalArgumentException if the value's type is not known
   */
  TypedValue of(EgressRecord egressRecord) {
    if (!egressRecord.headers().isEmpty()) {
      throw new UnsupportedOperationException(
          "A record for '"
              + egressRecord.egress()
              + "' has headers, which a function that is served to a runtime elsewhere cannot"
              + " give. Put what they say into the value.");
    }
    TypedValue value = types.wrap(egressRecord.value());
    String key = egressRecord.key();
    return key == null ? value : withKey(egressRecord, key, value);
  }

  private TypedValue withKey(EgressRecord egressRecord, String key, TypedValue value) {
    if (key.isEmpty()) {
      throw new UnsupportedOperationException(
          "A record for '"
              + egressRecord.egress()
              + "' has an empty key, which a function that is served to a runtime elsewhere cannot"
              + " give: there it means none. Use another key, or none.");
    }
    // No topic: that is a matter of the runtime's egress.
    return TypedValue.of(
        kafkaRecord,
        KafkaProducerRecord.newBuilder()
            .setKey(key)
            .setValueBytes(UnsafeByteOperations.unsafeWrap(value.bytes()))
            .build());
  }
}
