/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.MessageLog.Copy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Spreads the partitions of the internal topic evenly over the members, and leaves as many as it
 * can where they are; those that nobody has go to who has a copy of their state, if that leaves
 * them even. A partition of an ingress goes with the partition that reads it.
 *
 * <p>It also says who is to keep copies of which partitions, in the assignment's user data, as the
 * members say in theirs which ones they have. If there are to be copies, a partition goes from one
 * member to another only when that has a current copy, which it is told to get before: until then
 * it stays where it is. Who has got all that it was told to get asks for another round.
 *
 * <p>Cooperative: what is to go from one member to another is given to nobody at first, by which
 * its member lets go of it, and to the other in the round that follows. Public since Kafka's client
 * makes it.
 */
public final class PartitionAssignor implements ConsumerPartitionAssignor, Configurable {

  /** The setting of the consumer that names the internal topic. */
  static final String INTERNAL_TOPIC = "statefun.internal.topic";

  /** The setting of the consumer that holds the {@link Copies} of this process. */
  static final String COPIES = "statefun.copies";

  private String internalTopic = "";
  private @Nullable Copies copies;

  /** What this process was told to keep copies of. */
  private CopiesToKeep kept = CopiesToKeep.NOTHING;

  @Override
  public void configure(Map<String, ?> configs) {
    internalTopic = String.valueOf(configs.get(INTERNAL_TOPIC));
    copies = (Copies) configs.get(COPIES);
  }

  @Override
  public @Nullable ByteBuffer subscriptionUserData(Set<String> topics) {
    Copies known = copies;
    return known == null ? null : UserData.ofCopies(known.held(), kept);
  }

  @Override
  public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
    Copies known = copies;
    kept = UserData.kept(assignment.userData());
    if (known != null) {
      known.keep(kept);
    }
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
    HeldCopies held = new HeldCopies();
    members.forEach(
        (member, subscription) -> held.add(member, UserData.copies(subscription.userData())));
    Map<Integer, String> numbers = numbers(owners);
    Map<Integer, String> targets = new Spread(partitions, numbers, held).targets();
    int wanted = wantedCopies();
    // Without copies nobody would know when to go on.
    HandOver handOver = new HandOver(targets, wanted > 0 ? numbers : Map.of(), held);
    CopyPlan plan = new CopyPlan(targets, handOver, held, wanted);
    Map<String, List<TopicPartition>> given = new HashMap<>();
    members.keySet().forEach(member -> given.put(member, new ArrayList<>()));
    for (Map.Entry<Integer, String> next : handOver.next().entrySet()) {
      TopicPartition internal = new TopicPartition(internalTopic, next.getKey());
      if (isFreeFor(next.getValue(), owners.get(internal))) {
        list(given, next.getValue()).add(internal);
      }
    }
    for (TopicPartition partition : ingressPartitions(cluster, members)) {
      int reader = reader(partition, partitions);
      String next = Objects.requireNonNull(handOver.next().get(reader));
      boolean withReader = list(given, next).contains(new TopicPartition(internalTopic, reader));
      // In a rolling upgrade some do not know a topic yet. It waits until its reader is elsewhere.
      boolean known =
          Objects.requireNonNull(members.get(next)).topics().contains(partition.topic());
      if (withReader && known && isFreeFor(next, owners.get(partition))) {
        list(given, next).add(partition);
      }
    }
    Map<String, Assignment> assignments = new HashMap<>();
    given.forEach(
        (member, list) ->
            assignments.put(member, new Assignment(list, UserData.ofKept(plan.of(member)))));
    return new GroupAssignment(assignments);
  }

  private int wantedCopies() {
    Copies known = copies;
    return known == null ? 0 : known.wanted();
  }

  /** By number the owners of the internal topic's partitions. */
  private Map<Integer, String> numbers(Map<TopicPartition, String> owners) {
    Map<Integer, String> numbers = new HashMap<>();
    owners.forEach(
        (partition, owner) -> {
          if (partition.topic().equals(internalTopic)) {
            numbers.put(partition.partition(), owner);
          }
        });
    return numbers;
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

  /** The copies of partitions' states that a process has, and those that it is to keep. */
  interface Copies {

    /** How many other processes are to keep a copy of each partition. */
    int wanted();

    /** What this process has of the state of partitions. */
    Map<Integer, Copy> held();

    /** This process is to keep these copies, and no others. */
    void keep(CopiesToKeep kept);
  }
}
