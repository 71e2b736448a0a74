/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many dead letters partitions have, as processes tell each other.
 *
 * @param byPartition by partition, those without any among them
 */
record DeadLetterCounts(Map<Integer, Integer> byPartition) {

  private static final int FORMAT = 1;

  static DeadLetterCounts of(Collection<Partition> partitions) {
    Map<Integer, Integer> counts = new TreeMap<>();
    partitions.forEach(partition -> counts.put(partition.index, partition.deadLetters.count()));
    return new DeadLetterCounts(counts);
  }

  byte[] write() {
    ByteWriter out = new ByteWriter(64).writeByte(FORMAT).writeVarInt(byPartition.size());
    byPartition.forEach((partition, count) -> out.writeVarInt(partition).writeVarInt(count));
    return out.toByteArray();
  }

  static DeadLetterCounts read(byte[] answer) {
    ByteReader in = new ByteReader(answer);
    NewerFormatException.check("The numbers of dead letters", in.readByte(), FORMAT);
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int partitions = in.readVarInt(); partitions > 0; partitions--) {
      counts.put(in.readVarInt(), in.readVarInt());
    }
    return new DeadLetterCounts(counts);
  }
}
