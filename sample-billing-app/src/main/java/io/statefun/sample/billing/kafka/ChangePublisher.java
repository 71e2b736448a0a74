/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import io.statefun.sample.billing.BillingProperties;
import io.statefun.sample.billing.changes.BadChangeException;
import io.statefun.sample.billing.changes.ChangeParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * Publishes the file of change events, and ends. Started again, it goes on where it was: in the
 * middle if it was killed, with what was appended if it was not.
 */
@ImportAutoConfiguration(KafkaAutoConfiguration.class)
@EnableConfigurationProperties(BillingProperties.class)
@Import({TopicsConfiguration.class, Clients.class})
public class ChangePublisher implements ApplicationRunner {

  private static final Logger log = LoggerFactory.getLogger(ChangePublisher.class);

  private final ChangeParser parser = new ChangeParser();
  private final BillingProperties properties;
  private final Clients clients;
  private final String topic;

  ChangePublisher(BillingProperties properties, Clients clients, TopicProperties topics) {
    this.properties = properties;
    this.clients = clients;
    this.topic = topics.userChanges();
  }

  public static void main(String[] args) {
    new SpringApplicationBuilder(ChangePublisher.class)
        .web(WebApplicationType.NONE)
        .profiles("kafka")
        .run(args)
        .close();
  }

  @Override
  public void run(ApplicationArguments arguments) throws IOException {
    Path file = properties.changeFile();
    long size = Files.size(file);
    try (LinePublisher publisher =
        new LinePublisher(clients, "billing-publisher", topic, file, () -> size, this::change)) {
      while (publisher.publish()) {
        log.debug("{} change events so far", publisher.published());
      }
      log.info("Published {} change events to {}", publisher.published(), topic);
    }
  }

  /** With the user's id as its key, which keeps the events of a user in their order. */
  private @Nullable ProducerRecord<String, String> change(String line) {
    return line.isBlank() ? null : new ProducerRecord<>(topic, key(line), line);
  }

  /** What is no change event is the application's concern. */
  private @Nullable String key(String line) {
    try {
      return parser.parse(line).userId();
    } catch (BadChangeException e) {
      return null;
    }
  }
}
