/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives all partitions to one member of the group, and leaves them there as long as it lives; the
 * others stand by. Public since Kafka's client makes it.
 */
public final class SingleOwnerAssignor implements ConsumerPartitionAssignor {

  @Override
  public String name() {
    return "statefun-single-owner";
  }

  /** What the owner has need not be given up while others come and go. */
  @Override
  public List<RebalanceProtocol> supportedProtocols() {
    return List.of(RebalanceProtocol.COOPERATIVE);
  }

  @Override
  public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
    Map<String, Subscription> members = group.groupSubscription();
    String owner =
        members.entrySet().stream()
            .max(
                Comparator.comparing(
                        (Map.Entry<String, Subscription> member) -> owned(member.getValue()))
                    .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
            .orElseThrow()
            .getKey();
    Map<String, Assignment> assignments = new HashMap<>();
    members.forEach(
        (member, subscription) ->
            assignments.put(
                member,
                new Assignment(
                    member.equals(owner) ? partitions(cluster, subscription) : List.of())));
    return new GroupAssignment(assignments);
  }

  /** A claim of an older generation is that of a member that was away, and counts less than any. */
  private static long owned(Subscription subscription) {
    if (subscription.ownedPartitions().isEmpty()) {
      return 0;
    }
    long generation = Math.max(0, subscription.generationId().orElse(0));
    return (generation << 32) + subscription.ownedPartitions().size();
  }

  private static List<TopicPartition> partitions(Cluster cluster, Subscription subscription) {
    List<TopicPartition> partitions = new ArrayList<>();
    Set<String> topics = new TreeSet<>(subscription.topics());
    for (String topic : topics) {
      Integer count = cluster.partitionCountForTopic(topic);
      for (int i = 0; count != null && i < count; i++) {
        partitions.add(new TopicPartition(topic, i));
      }
    }
    return partitions;
  }
}
