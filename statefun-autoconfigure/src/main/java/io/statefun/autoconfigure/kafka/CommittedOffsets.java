/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.EpochOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offsets that the group has committed. Those of the internal topic's partitions carry, as
 * their metadata, the reference to the epoch object and the transactional id of who committed it.
 */
final class CommittedOffsets {

  private static final Logger log = LoggerFactory.getLogger(CommittedOffsets.class);

  private static final long ANSWER_SECONDS = 20;
  private static final char SEPARATOR = ' ';

  private final KafkaClients clients;
  private final GroupSettings settings;
  private final Admin admin;
  private final Set<String> fenced = new HashSet<>();

  CommittedOffsets(KafkaClients clients, GroupSettings settings, Admin admin) {
    this.clients = clients;
    this.settings = settings;
    this.admin = admin;
  }

  /** The references by partition, when no transaction is open that could change them. */
  Map<Integer, String> references(Set<Integer> partitions) throws IOException {
    Set<TopicPartition> internal =
        partitions.stream().map(this::internal).collect(Collectors.toSet());
    fenceOthers(internal);
    Map<Integer, String> references = new HashMap<>();
    stable(internal)
        .forEach(
            (partition, offset) -> {
              if (offset != null && !metadata(offset, 0).isEmpty()) {
                references.put(partition.partition(), metadata(offset, 0));
              }
            });
    return references;
  }

  /** The references of all partitions, perhaps before the end of an open transaction. */
  Map<Integer, String> committedReferences() throws IOException {
    Map<Integer, String> references = new HashMap<>();
    listed(new ListConsumerGroupOffsetsSpec())
        .forEach(
            (partition, offset) -> {
              if (partition.topic().equals(settings.internalTopic())
                  && offset != null
                  && !metadata(offset, 0).isEmpty()) {
                references.put(partition.partition(), metadata(offset, 0));
              }
            });
    return references;
  }

  /** The members of the group that have partitions of the internal topic, by those. */
  Map<Integer, String> owners() throws IOException {
    Map<Integer, String> owners = new HashMap<>();
    for (ConsumerGroupDescription group :
        answer(admin.describeConsumerGroups(List.of(settings.groupId())).all()).values()) {
      for (MemberDescription member : group.members()) {
        String name = member.groupInstanceId().orElse(member.clientId()) + " at " + member.host();
        for (TopicPartition partition : member.assignment().topicPartitions()) {
          if (partition.topic().equals(settings.internalTopic())) {
            owners.put(partition.partition(), name);
          }
        }
      }
    }
    return owners;
  }

  /** The ends of partitions of the internal topic, open transactions included. */
  Map<Integer, Long> inboxEnds(Set<Integer> partitions) throws IOException {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(internal(partition), OffsetSpec.latest()));
    Map<Integer, Long> ends = new HashMap<>();
    answer(admin.listOffsets(latest).all())
        .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
    return ends;
  }

  private TopicPartition internal(int partition) {
    return new TopicPartition(settings.internalTopic(), partition);
  }

  /**
   * Who committed last and is gone may have left a transaction open, whose end a reader waits for.
   * The end comes at once if nobody can go on with it.
   */
  private void fenceOthers(Set<TopicPartition> internal) throws IOException {
    Set<String> others = new HashSet<>();
    ListConsumerGroupOffsetsSpec some =
        new ListConsumerGroupOffsetsSpec().topicPartitions(internal);
    for (OffsetAndMetadata offset : listed(some).values()) {
      if (offset != null && !metadata(offset, 1).isEmpty()) {
        others.add(metadata(offset, 1));
      }
    }
    others.remove(settings.transactionalId());
    others.removeAll(fenced);
    if (others.isEmpty()) {
      return;
    }
    // A member that has handed over partitions goes on with the others.
    others.removeAll(members());
    try {
      List<String> ids =
          others.stream().flatMap(other -> TransactionalProducers.ids(other).stream()).toList();
      admin.fenceProducers(ids).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
      fenced.addAll(others);
    } catch (ExecutionException | TimeoutException e) {
      log.warn(
          "The transactions of {} could not be ended, so that the start waits until they time out:"
              + " {}",
          others,
          e.toString());
    } catch (InterruptedException e) {
      throw Interruptions.of(e);
    }
  }

  /** What the transactional ids of the group's members begin with. */
  private Set<String> members() throws IOException {
    return answer(admin.describeConsumerGroups(List.of(settings.groupId())).all()).values().stream()
        .flatMap(group -> group.members().stream())
        .flatMap(member -> member.groupInstanceId().stream())
        .map(settings::transactionalId)
        .collect(Collectors.toSet());
  }

  /**
   * The offsets, when no transaction is open that could change them. A consumer waits for that; an
   * admin leaves out those that are not stable, as if there were none.
   */
  private Map<TopicPartition, OffsetAndMetadata> stable(Set<TopicPartition> internal)
      throws IOException {
    Map<String, Object> required =
        Map.of(
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            GroupProtocol.CLASSIC.name(),
            ConsumerConfig.GROUP_ID_CONFIG,
            settings.groupId(),
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false);
    Map<String, Object> defaults =
        Map.of(
            ConsumerConfig.RETRY_BACKOFF_MS_CONFIG,
            KafkaClients.RETRY_BACKOFF,
            ConsumerConfig.RETRY_BACKOFF_MAX_MS_CONFIG,
            KafkaClients.LONGEST_RETRY_BACKOFF);
    try (Consumer<byte[], byte[]> reader = clients.consumer(defaults, required)) {
      return reader.committed(internal, settings.transactionTimeout().plusSeconds(ANSWER_SECONDS));
    } catch (KafkaException e) {
      throw new IOException("The committed offsets cannot be read: " + e, e);
    }
  }

  /** The offsets, whether or not a transaction is open that may change them. */
  private Map<TopicPartition, OffsetAndMetadata> listed(ListConsumerGroupOffsetsSpec which)
      throws IOException {
    return answer(
        admin
            .listConsumerGroupOffsets(Map.of(settings.groupId(), which))
            .partitionsToOffsetAndMetadata());
  }

  private static <T> T answer(KafkaFuture<T> future) throws IOException {
    try {
      return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("The committed offsets cannot be read", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("The committed offsets cannot be read in time", e);
    } catch (InterruptedException e) {
      throw Interruptions.of(e);
    }
  }

  private static String metadata(OffsetAndMetadata offset, int part) {
    String metadata = offset.metadata();
    int separator = metadata.indexOf(SEPARATOR);
    if (separator < 0) {
      return part == 0 ? metadata : "";
    }
    return part == 0 ? metadata.substring(0, separator) : metadata.substring(separator + 1);
  }

  /** What a transaction commits, for references and how far inboxes and ingresses were read. */
  Map<TopicPartition, OffsetAndMetadata> of(Map<Integer, String> references, EpochOutput output) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    references.forEach(
        (partition, reference) ->
            offsets.put(
                internal(partition),
                new OffsetAndMetadata(
                    output.inboxes().getOrDefault(partition, 0L),
                    reference + SEPARATOR + settings.transactionalId())));
    for (EpochOutput.Position position : output.positions()) {
      int dash = position.split().lastIndexOf('-');
      offsets.put(
          new TopicPartition(
              position.split().substring(0, dash),
              Integer.parseInt(position.split().substring(dash + 1))),
          new OffsetAndMetadata(KafkaSplit.offset(position.position())));
    }
    return offsets;
  }

  void close() {
    admin.close(Duration.ZERO);
  }
}
