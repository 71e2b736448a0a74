/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import io.statefun.sample.billing.lines.LineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Writes the lines of a file that grows to a topic, each once. The transaction that writes records
 * also commits how far the file was read, as if it were an offset of the topic, so that whoever is
 * killed in between, both or neither is there. After a failure it must be closed, and another one
 * opened.
 */
final class LinePublisher implements AutoCloseable {

  private static final int BATCH = 500;

  private final Producer<String, String> producer;
  private final TopicPartition place;
  private final ConsumerGroupMetadata group;
  private final LineReader lines;
  private final Function<String, @Nullable ProducerRecord<String, String>> mapping;
  private long published;

  /**
   * Opens a publisher, which takes the place of an earlier one with the same id.
   *
   * @param id under which the position is kept
   * @param file what is read
   * @param readable up to which offset the file may be read now
   * @param mapping the record of a line, or null if it has none
   */
  LinePublisher(
      Clients clients,
      String id,
      String topic,
      Path file,
      LongSupplier readable,
      Function<String, @Nullable ProducerRecord<String, String>> mapping)
      throws IOException {
    this.place = new TopicPartition(topic, 0);
    this.group = new ConsumerGroupMetadata(id);
    this.lines = new LineReader(file, readable);
    this.mapping = mapping;
    this.producer = clients.producer(id);
    try {
      producer.initTransactions(); // nothing of an earlier one is under way any more
      lines.seek(position(clients, id));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private long position(Clients clients, String id) {
    try (Consumer<String, String> consumer = clients.consumer(id)) {
      OffsetAndMetadata committed = consumer.committed(Set.of(place)).get(place);
      return committed == null ? 0 : committed.offset();
    }
  }

  /**
   * Publishes the next lines in one transaction.
   *
   * @return whether there was any
   */
  boolean publish() throws IOException {
    LineReader.Line line = lines.next();
    if (line == null) {
      return false;
    }
    producer.beginTransaction();
    for (int count = 1; line != null; count++) {
      ProducerRecord<String, String> one = mapping.apply(line.text());
      if (one != null) {
        var unused = producer.send(one); // the commit fails if this does
        published++;
      }
      line = count < BATCH ? lines.next() : null;
    }
    producer.sendOffsetsToTransaction(Map.of(place, new OffsetAndMetadata(lines.offset())), group);
    producer.commitTransaction();
    return true;
  }

  /** How many records this publisher has written. */
  long published() {
    return published;
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
