/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import io.statefun.message.MessageType;
import io.statefun.message.TypeName;

/** Writes steps in 16 bytes, as the serializers of Kafka Streams do. */
final class KafkaChainStepType implements MessageType<KafkaChainStep> {

  private static final TypeName NAME = TypeName.of("chain", "step");

  @Override
  public TypeName typeName() {
    return NAME;
  }

  @Override
  public Class<KafkaChainStep> javaType() {
    return KafkaChainStep.class;
  }

  @Override
  public byte[] serialize(KafkaChainStep step) {
    return step.toBytes();
  }

  @Override
  public KafkaChainStep deserialize(byte[] bytes) {
    return KafkaChainStep.of(bytes);
  }

  @Override
  public boolean immutable() {
    return true;
  }

  @Override
  public boolean total() {
    return true;
  }
}
