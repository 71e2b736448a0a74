/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

import java.nio.ByteBuffer;

/**
 * The message between the two steps of the chain from topic to topic.
 *
 * @param event the event's number
 * @param count how many events the first step has seen for the event's key
 */
record KafkaChainStep(long event, long count) {

  static KafkaChainStep of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new KafkaChainStep(buffer.getLong(), buffer.getLong());
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(event).putLong(count).array();
  }

  /** The record that comes out of the second step, from which both states can be checked. */
  String result(long sum) {
    return event + " " + count + " " + sum;
  }
}
