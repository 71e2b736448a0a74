/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.engine.EngineStartException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topic whose partitions stand for those of the application. */
final class InternalTopic {

  private static final Logger log = LoggerFactory.getLogger(InternalTopic.class);

  private static final long TIMEOUT_SECONDS = 60;

  private final KafkaClients clients;
  private final GroupSettings settings;

  InternalTopic(KafkaClients clients, GroupSettings settings) {
    this.clients = clients;
    this.settings = settings;
  }

  /**
   * Makes the topic if it is not there.
   *
   * @return how many bytes a message may have
   * @throws EngineStartException if the brokers do not answer, or it has another number of
   *     partitions
   */
  int ensure(int partitions) {
    try (Admin admin = clients.admin()) {
      int found = count(admin);
      if (found == 0) {
        create(admin, partitions);
        found = count(admin);
      }
      if (found != 0 && found != partitions) {
        throw new EngineStartException(
            "The topic '%s' has %d partitions, the application has %d."
                .formatted(settings.internalTopic(), found, partitions),
            "Set statefun.partitions to "
                + found
                + ", or name another topic with statefun.kafka.internal-topic.",
            null);
      }
      return largestMessage(admin);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new EngineStartException(
          "The topic '%s' can be neither found nor made: %s"
              .formatted(settings.internalTopic(), cause),
          "Check that spring.kafka.bootstrap-servers names brokers that can be reached, and that the"
              + " application may create the topic, or create it with "
              + partitions
              + " partitions.",
          cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineStartException("The start was interrupted.", "Start again.", e);
    }
  }

  private int count(Admin admin) throws ExecutionException, TimeoutException, InterruptedException {
    String name = settings.internalTopic();
    try {
      return admin
          .describeTopics(List.of(name))
          .allTopicNames()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .values()
          .iterator()
          .next()
          .partitions()
          .size();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return 0;
      }
      throw e;
    }
  }

  /** What both the producers and the brokers take. */
  private int largestMessage(Admin admin) throws TimeoutException, InterruptedException {
    int largest = Refusals.maxRequestSize(clients.producerSettings());
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, settings.internalTopic());
    try {
      ConfigEntry limit =
          admin
              .describeConfigs(List.of(topic))
              .all()
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .values()
              .iterator()
              .next()
              .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
      if (limit != null) {
        largest = Math.min(largest, Integer.parseInt(limit.value()));
      }
    } catch (ExecutionException e) {
      log.info(
          "The settings of topic '{}' cannot be read; it is taken to have messages of {} bytes: {}",
          settings.internalTopic(),
          largest,
          String.valueOf(e.getCause()));
    }
    return largest - Refusals.OVERHEAD;
  }

  private void create(Admin admin, int partitions)
      throws ExecutionException, TimeoutException, InterruptedException {
    Optional<Short> replicas =
        settings.replicationFactor() < 0
            ? Optional.empty()
            : Optional.of(settings.replicationFactor());
    // A message that was not read yet must not go, however old it is.
    NewTopic topic =
        new NewTopic(settings.internalTopic(), Optional.of(partitions), replicas)
            .configs(
                Map.of(
                    TopicConfig.RETENTION_MS_CONFIG,
                    "-1",
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    String.valueOf(Refusals.maxRequestSize(clients.producerSettings()))));
    try {
      admin.createTopics(List.of(topic)).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      log.info("Made topic '{}' with {} partitions", settings.internalTopic(), partitions);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }
}
