/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionAssignorTest {

  private static final String INTERNAL = "app-internal";
  private static final String ORDERS = "orders";
  private static final int PARTITIONS = 8;
  private static final int ORDER_PARTITIONS = 5;

  private final PartitionAssignor assignor = new PartitionAssignor();
  private final Map<String, List<TopicPartition>> owned = new TreeMap<>();
  private final Set<String> withoutOrders = new HashSet<>();
  private int generation;

  PartitionAssignorTest() {
    assignor.configure(Map.of(PartitionAssignor.INTERNAL_TOPIC, INTERNAL));
  }

  @Test
  void oneMemberGetsEverything() {
    join("a");

    settle();

    assertThat(internal("a")).hasSize(PARTITIONS);
    assertThat(orders("a")).hasSize(ORDER_PARTITIONS);
  }

  @Test
  void partitionsAreSpreadEvenly() {
    join("a");
    settle();
    join("b");
    join("c");

    settle();

    assertThat(List.of(internal("a").size(), internal("b").size(), internal("c").size()))
        .containsExactlyInAnyOrder(3, 3, 2);
  }

  @Test
  void noMoreThanNeedBeGoElsewhere() {
    join("a");
    join("b");
    settle();
    Set<Integer> before = internal("a");
    join("c");

    settle();

    assertThat(before).containsAll(internal("a"));
    assertThat(internal("a")).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void whatIsToGoIsGivenToNobodyUntilItsMemberHasLetGo() {
    join("a");
    settle();
    join("b");

    Map<String, List<TopicPartition>> first = round();

    assertThat(first.get("b")).isEmpty();
    assertThat(first.get("a")).hasSizeLessThan(PARTITIONS + ORDER_PARTITIONS);
    settle();
    assertThat(internal("b")).hasSize(PARTITIONS / 2);
  }

  @Test
  void partitionsOfAnIngressAreWithTheirReader() {
    join("a");
    join("b");
    join("c");

    settle();

    for (String member : owned.keySet()) {
      for (TopicPartition order : orders(member)) {
        assertThat(internal(member)).contains(PartitionAssignor.reader(order, PARTITIONS));
      }
    }
    assertThat(owned.values().stream().mapToInt(List::size).sum())
        .isEqualTo(PARTITIONS + ORDER_PARTITIONS);
  }

  @Test
  void aTopicThatAMemberDoesNotKnowWaitsUntilItsReaderIsElsewhere() {
    join("a");
    join("b");
    withoutOrders.add("a");
    settle();
    assertThat(orders("a")).isEmpty();
    assertThat(orders("b")).isNotEmpty().hasSizeLessThan(ORDER_PARTITIONS);
    owned.remove("a");

    settle();

    assertThat(orders("b")).hasSize(ORDER_PARTITIONS);
  }

  @Test
  void whoIsGoneIsReplaced() {
    join("a");
    join("b");
    settle();
    owned.remove("a");

    settle();

    assertThat(internal("b")).hasSize(PARTITIONS);
    assertThat(orders("b")).hasSize(ORDER_PARTITIONS);
  }

  @Test
  void aClaimOfWhoWasAwayDoesNotCount() {
    join("a");
    join("b");
    settle();
    Set<Integer> before = internal("b");
    Map<String, Subscription> subscriptions = subscriptions();
    List<TopicPartition> all = new ArrayList<>();
    owned.values().forEach(all::addAll);
    subscriptions.put("a", subscription(all, generation - 3));

    Map<String, Assignment> assigned =
        assignor.assign(cluster(), new GroupSubscription(subscriptions)).groupAssignment();

    assertThat(
            Objects.requireNonNull(assigned.get("b")).partitions().stream()
                .filter(this::isInternal))
        .extracting(TopicPartition::partition)
        .containsExactlyInAnyOrderElementsOf(before);
  }

  private void join(String member) {
    owned.put(member, List.of());
  }

  /** Goes on until nothing changes, as the group does. */
  private void settle() {
    Map<String, List<TopicPartition>> before;
    do {
      before = new TreeMap<>(owned);
      owned.putAll(round());
      assertNobodySharesWith(owned);
    } while (!before.equals(owned));
  }

  private static void assertNobodySharesWith(Map<String, List<TopicPartition>> assigned) {
    Set<TopicPartition> seen = new HashSet<>();
    assigned.values().forEach(list -> list.forEach(one -> assertThat(seen.add(one)).isTrue()));
  }

  private Map<String, List<TopicPartition>> round() {
    Map<String, List<TopicPartition>> result = new TreeMap<>();
    assignor
        .assign(cluster(), new GroupSubscription(subscriptions()))
        .groupAssignment()
        .forEach((member, assignment) -> result.put(member, assignment.partitions()));
    generation++;
    return result;
  }

  private Map<String, Subscription> subscriptions() {
    Map<String, Subscription> subscriptions = new HashMap<>();
    owned.forEach(
        (member, list) ->
            subscriptions.put(
                member,
                withoutOrders.contains(member)
                    ? subscription(List.of(INTERNAL), list, generation)
                    : subscription(list, generation)));
    return subscriptions;
  }

  private static Subscription subscription(List<TopicPartition> list, int generation) {
    return subscription(List.of(INTERNAL, ORDERS), list, generation);
  }

  private static Subscription subscription(
      List<String> topics, List<TopicPartition> list, int generation) {
    return new Subscription(topics, null, list, generation, Optional.empty());
  }

  private static Cluster cluster() {
    List<PartitionInfo> infos = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      infos.add(new PartitionInfo(INTERNAL, i, null, new Node[0], new Node[0]));
    }
    for (int i = 0; i < ORDER_PARTITIONS; i++) {
      infos.add(new PartitionInfo(ORDERS, i, null, new Node[0], new Node[0]));
    }
    return new Cluster("test", List.of(), infos, Set.of(), Set.of());
  }

  private boolean isInternal(TopicPartition partition) {
    return partition.topic().equals(INTERNAL);
  }

  private Set<Integer> internal(String member) {
    Set<Integer> numbers = new HashSet<>();
    Objects.requireNonNull(owned.get(member)).stream()
        .filter(this::isInternal)
        .forEach(partition -> numbers.add(partition.partition()));
    return numbers;
  }

  private List<TopicPartition> orders(String member) {
    return Objects.requireNonNull(owned.get(member)).stream()
        .filter(partition -> !isInternal(partition))
        .toList();
  }
}
