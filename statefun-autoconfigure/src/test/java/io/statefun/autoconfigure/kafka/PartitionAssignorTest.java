/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
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

  /** By member how far its copies are, and what it is to keep copies of. */
  private final Map<String, Map<Integer, Long>> copies = new HashMap<>();

  private final Map<String, Set<Integer>> standbys = new TreeMap<>();
  private int wantedCopies;

  PartitionAssignorTest() {
    assignor.configure(
        Map.of(
            PartitionAssignor.INTERNAL_TOPIC,
            INTERNAL,
            PartitionAssignor.COPIES,
            new Copies("leader")));
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
    subscriptions.put("a", subscription("a", List.of(INTERNAL, ORDERS), all, generation - 3));

    Map<String, Assignment> assigned =
        assignor.assign(cluster(), new GroupSubscription(subscriptions)).groupAssignment();

    assertThat(
            Objects.requireNonNull(assigned.get("b")).partitions().stream()
                .filter(this::isInternal))
        .extracting(TopicPartition::partition)
        .containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void whatNobodyHasGoesToWhoHasTheFreshestCopyIfThatIsEven() {
    join("a");
    join("b");
    copies.put("a", Map.of(0, 5L, 1, 9L, 2, 9L, 3, 9L));
    copies.put("b", Map.of(0, 7L, 1, 8L, 5, 1L));

    settle();

    assertThat(internal("a")).hasSize(PARTITIONS / 2).contains(1, 2, 3);
    assertThat(internal("b")).hasSize(PARTITIONS / 2).contains(0, 5);
  }

  @Test
  void copiesDoNotMakeItUneven() {
    join("a");
    join("b");
    join("c");
    copies.put("a", everything(9));

    settle();

    assertThat(List.of(internal("a").size(), internal("b").size(), internal("c").size()))
        .containsExactlyInAnyOrder(3, 3, 2);
  }

  @Test
  void whoComesGetsWhatItHasCopiesOf() {
    join("a");
    settle();
    join("b");
    copies.put("b", Map.of(1, 3L, 4, 3L));

    settle();

    assertThat(internal("b")).hasSize(PARTITIONS / 2).contains(1, 4);
  }

  @Test
  void withoutAWishForCopiesNobodyKeepsAny() {
    join("a");
    join("b");

    settle();

    assertThat(standbys.values()).allSatisfy(kept -> assertThat(kept).isEmpty());
  }

  @Test
  void eachPartitionIsCopiedByAsManyOthersAsAreWanted() {
    wantedCopies = 2;
    join("a");
    join("b");
    join("c");
    join("d");

    settle();

    for (int number = 0; number < PARTITIONS; number++) {
      int partition = number;
      assertThat(standbys.values().stream().filter(kept -> kept.contains(partition))).hasSize(2);
    }
    standbys.forEach(
        (member, kept) -> assertThat(kept).doesNotContainAnyElementsOf(internal(member)));
  }

  @Test
  void thereAreNoMoreCopiesThanOtherMembers() {
    wantedCopies = 2;
    join("a");
    settle();
    assertThat(standbys.get("a")).isEmpty();
    join("b");

    settle();

    assertThat(standbys.get("a")).isEqualTo(internal("b"));
    assertThat(standbys.get("b")).isEqualTo(internal("a"));
  }

  @Test
  void whoeverDiesTheOthersWouldHaveAsManyEachWithTheirCopies() {
    wantedCopies = 1;
    join("a");
    join("b");
    join("c");

    settle();

    for (String dead : owned.keySet()) {
      for (String other : owned.keySet()) {
        Set<Integer> then = internal(other);
        Objects.requireNonNull(standbys.get(other)).stream()
            .filter(internal(dead)::contains)
            .forEach(then::add);
        if (!other.equals(dead)) {
          assertThat(then).hasSize(PARTITIONS / 2);
        }
      }
    }
  }

  @Test
  void copiesStayWhereTheyAre() {
    wantedCopies = 1;
    join("a");
    join("b");
    join("c");
    settle();
    Map<String, Set<Integer>> before = new TreeMap<>(standbys);
    before.forEach(
        (member, kept) -> {
          Map<Integer, Long> epochs = new HashMap<>();
          kept.forEach(number -> epochs.put(number, 4L));
          copies.put(member, epochs);
        });

    settle();

    assertThat(standbys).isEqualTo(before);
  }

  @Test
  void thePartitionsOfWhoDiesGoToTheirCopies() {
    wantedCopies = 1;
    join("a");
    join("b");
    join("c");
    settle();
    standbys.forEach(
        (member, kept) -> {
          Map<Integer, Long> epochs = new HashMap<>();
          kept.forEach(number -> epochs.put(number, 4L));
          copies.put(member, epochs);
        });
    Set<Integer> orphans = internal("a");
    Map<String, Set<Integer>> kept = new TreeMap<>(standbys);
    owned.remove("a");
    copies.remove("a");

    settle();

    for (String member : List.of("b", "c")) {
      Set<Integer> expected = new HashSet<>(Objects.requireNonNull(kept.get(member)));
      expected.retainAll(orphans);
      assertThat(internal(member)).containsAll(expected);
    }
  }

  @Test
  void aMemberSaysWhatItHasAndHearsWhatItIsToKeep() {
    Copies mine = new Copies("a");
    copies.put("a", Map.of(3, 1L << 40, 5, 2L));
    PartitionAssignor member = new PartitionAssignor();
    member.configure(
        Map.of(PartitionAssignor.INTERNAL_TOPIC, INTERNAL, PartitionAssignor.COPIES, mine));

    ByteBuffer said = Objects.requireNonNull(member.subscriptionUserData(Set.of(INTERNAL)));
    assertThat(UserData.copies(said)).isEqualTo(copies.get("a"));

    member.onAssignment(
        new Assignment(List.of(), UserData.ofPartitions(Set.of(1, 200, 30_000))),
        new ConsumerGroupMetadata("group"));
    assertThat(mine.kept).containsExactlyInAnyOrder(1, 200, 30_000);
  }

  @Test
  void whatAnotherVersionSaysOfCopiesCountsAsNothing() {
    ByteBuffer newer = ByteBuffer.wrap(new byte[] {9, 1, 2, 3});
    ByteBuffer damaged = ByteBuffer.wrap(new byte[] {1, 100, 2});

    assertThat(UserData.copies(newer)).isEmpty();
    assertThat(UserData.partitions(newer)).isEmpty();
    assertThat(UserData.partitions(damaged).size()).isLessThan(100);
    assertThat(UserData.copies(null)).isEmpty();
  }

  @Test
  void aMemberWithVeryManyCopiesSaysTheFreshest() {
    Map<Integer, Long> many = new HashMap<>();
    for (int number = 0; number < 5_000; number++) {
      many.put(number, (long) number);
    }

    Map<Integer, Long> said = UserData.copies(UserData.ofCopies(many));

    assertThat(said).hasSize(1_000).containsEntry(4_999, 4_999L).doesNotContainKey(3_999);
  }

  private static Map<Integer, Long> everything(long epoch) {
    Map<Integer, Long> all = new HashMap<>();
    for (int number = 0; number < PARTITIONS; number++) {
      all.put(number, epoch);
    }
    return all;
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
        .forEach(
            (member, assignment) -> {
              result.put(member, assignment.partitions());
              standbys.put(member, UserData.partitions(assignment.userData()));
            });
    standbys.keySet().retainAll(result.keySet());
    generation++;
    return result;
  }

  private Map<String, Subscription> subscriptions() {
    Map<String, Subscription> subscriptions = new HashMap<>();
    owned.forEach(
        (member, list) ->
            subscriptions.put(
                member,
                subscription(
                    member,
                    withoutOrders.contains(member) ? List.of(INTERNAL) : List.of(INTERNAL, ORDERS),
                    list,
                    generation)));
    return subscriptions;
  }

  private Subscription subscription(
      String member, List<String> topics, List<TopicPartition> list, int memberGeneration) {
    ByteBuffer userData = UserData.ofCopies(copies.getOrDefault(member, Map.of()));
    return new Subscription(topics, userData, list, memberGeneration, Optional.empty());
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

  /** What a test says that a member has. */
  private final class Copies implements PartitionAssignor.Copies {

    private final String member;
    private Set<Integer> kept = Set.of();

    Copies(String member) {
      this.member = member;
    }

    @Override
    public int wanted() {
      return wantedCopies;
    }

    @Override
    public Map<Integer, Long> epochs() {
      return copies.getOrDefault(member, Map.of());
    }

    @Override
    public void keep(Set<Integer> partitions) {
      kept = partitions;
    }
  }
}
