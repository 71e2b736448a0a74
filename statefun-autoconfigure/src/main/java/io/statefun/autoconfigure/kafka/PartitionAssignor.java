/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Spreads the partitions of the internal topic evenly over the members, and leaves as many as it
 * can where they are. A partition of an ingress goes with the partition that reads it.
 *
 * <p>Cooperative: what is to go from one member to another is given to nobody at first, by which
 * its member lets go of it, and to the other in the round that follows. Public since Kafka's client
 * makes it.
 */
public final class PartitionAssignor implements ConsumerPartitionAssignor, Configurable {

  /** The setting of the consumer that names the internal topic. */
  static final String INTERNAL_TOPIC = "statefun.internal.topic";

  private String internalTopic = "";

  @Override
  public void configure(Map<String, ?> configs) {
    internalTopic = String.valueOf(configs.get(INTERNAL_TOPIC));
  }

  @Override
  public String name() {
    return "statefun";
  }

  @Override
  public List<RebalanceProtocol> supportedProtocols() {
    return List.of(RebalanceProtocol.COOPERATIVE);
  }

  /** The number of the partition that reads a partition of a topic. */
  static int reader(TopicPartition partition, int partitions) {
    return Math.floorMod(partition.topic().hashCode() + partition.partition(), partitions);
  }

  @Override
  public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
    Map<String, Subscription> members = new TreeMap<>(group.groupSubscription());
    Integer count = cluster.partitionCountForTopic(internalTopic);
    int partitions = count == null ? 0 : count;
    Map<TopicPartition, String> owners = owners(members);
    Map<Integer, String> targets = spread(partitions, owners, members);
    Map<String, List<TopicPartition>> given = new HashMap<>();
    members.keySet().forEach(member -> given.put(member, new ArrayList<>()));
    for (Map.Entry<Integer, String> target : targets.entrySet()) {
      TopicPartition internal = new TopicPartition(internalTopic, target.getKey());
      if (isFreeFor(target.getValue(), owners.get(internal))) {
        list(given, target.getValue()).add(internal);
      }
    }
    for (TopicPartition partition : ingressPartitions(cluster, members)) {
      int reader = reader(partition, partitions);
      String target = Objects.requireNonNull(targets.get(reader));
      boolean withReader = list(given, target).contains(new TopicPartition(internalTopic, reader));
      // In a rolling upgrade some do not know a topic yet. It waits until its reader is elsewhere.
      boolean known =
          Objects.requireNonNull(members.get(target)).topics().contains(partition.topic());
      if (withReader && known && isFreeFor(target, owners.get(partition))) {
        list(given, target).add(partition);
      }
    }
    Map<String, Assignment> assignments = new HashMap<>();
    given.forEach((member, list) -> assignments.put(member, new Assignment(list)));
    return new GroupAssignment(assignments);
  }

  private static List<TopicPartition> list(Map<String, List<TopicPartition>> given, String member) {
    return Objects.requireNonNull(given.get(member));
  }

  private static boolean isFreeFor(String target, @Nullable String owner) {
    return owner == null || owner.equals(target);
  }

  /** Who owns what. A claim of an older generation is that of a member that was away. */
  private static Map<TopicPartition, String> owners(Map<String, Subscription> members) {
    int newest =
        members.values().stream()
            .mapToInt(subscription -> subscription.generationId().orElse(-1))
            .max()
            .orElse(-1);
    Map<TopicPartition, String> owners = new HashMap<>();
    members.forEach(
        (member, subscription) -> {
          if (subscription.generationId().orElse(-1) == newest) {
            subscription.ownedPartitions().forEach(owned -> owners.putIfAbsent(owned, member));
          }
        });
    return owners;
  }

  /** The members that are to have the partitions of the internal topic, by their number. */
  private Map<Integer, String> spread(
      int partitions, Map<TopicPartition, String> owners, Map<String, Subscription> members) {
    Map<String, TreeSet<Integer>> kept = new TreeMap<>();
    members.keySet().forEach(member -> kept.put(member, new TreeSet<>()));
    TreeSet<Integer> free = new TreeSet<>();
    for (int number = 0; number < partitions; number++) {
      String owner = owners.get(new TopicPartition(internalTopic, number));
      (owner == null ? free : Objects.requireNonNull(kept.get(owner))).add(number);
    }
    int least = partitions / members.size();
    int larger = partitions % members.size();
    for (TreeSet<Integer> some : kept.values()) {
      // So many members may have one more than the others.
      int quota = some.size() > least && larger > 0 ? least + 1 : least;
      larger -= quota > least ? 1 : 0;
      while (some.size() > quota) {
        free.add(Objects.requireNonNull(some.pollLast()));
      }
    }
    for (int number : free) {
      fewest(kept).add(number);
    }
    Map<Integer, String> targets = new TreeMap<>();
    kept.forEach((member, some) -> some.forEach(number -> targets.put(number, member)));
    return targets;
  }

  private static TreeSet<Integer> fewest(Map<String, TreeSet<Integer>> kept) {
    TreeSet<Integer> fewest = null;
    for (TreeSet<Integer> some : kept.values()) {
      if (fewest == null || some.size() < fewest.size()) {
        fewest = some;
      }
    }
    return Objects.requireNonNull(fewest);
  }

  private List<TopicPartition> ingressPartitions(
      Cluster cluster, Map<String, Subscription> members) {
    TreeSet<String> topics = new TreeSet<>();
    members.values().forEach(subscription -> topics.addAll(subscription.topics()));
    topics.remove(internalTopic);
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      Integer count = cluster.partitionCountForTopic(topic);
      for (int number = 0; count != null && number < count; number++) {
        partitions.add(new TopicPartition(topic, number));
      }
    }
    return partitions;
  }
}
