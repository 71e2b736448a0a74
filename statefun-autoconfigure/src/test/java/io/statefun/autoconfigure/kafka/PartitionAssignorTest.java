/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.cluster.MessageLog.Copy;
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

  /** By member what copies it has, and which it is to keep. */
  private final Map<String, Map<Integer, Copy>> copies = new HashMap<>();

  private final Map<String, CopiesToKeep> kept = new TreeMap<>();
  private final Set<String> ofAnotherVersion = new HashSet<>();
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
    copies.put("a", Map.of(0, stale(5), 1, stale(9), 2, stale(9), 3, stale(9)));
    copies.put("b", Map.of(0, stale(7), 1, stale(8), 5, stale(1)));

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
    copies.put("b", Map.of(1, stale(3), 4, stale(3)));

    settle();

    assertThat(internal("b")).hasSize(PARTITIONS / 2).contains(1, 4);
  }

  @Test
  void withoutAWishForCopiesNobodyKeepsAny() {
    join("a");
    join("b");

    settle();

    assertThat(kept.values()).containsOnly(CopiesToKeep.NOTHING);
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
      assertThat(kept.values().stream().filter(some -> some.copies().contains(partition)))
          .hasSize(2);
    }
    kept.forEach(
        (member, some) -> assertThat(some.copies()).doesNotContainAnyElementsOf(internal(member)));
  }

  @Test
  void thereAreNoMoreCopiesThanOtherMembers() {
    wantedCopies = 2;
    join("a");
    settle();
    assertThat(kept("a").copies()).isEmpty();
    join("b");

    settle();

    assertThat(kept("a").copies()).isEqualTo(internal("b"));
    assertThat(kept("b").copies()).isEqualTo(internal("a"));
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
        kept(other).copies().stream().filter(internal(dead)::contains).forEach(then::add);
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
    Map<String, CopiesToKeep> before = new TreeMap<>(kept);

    settle();

    assertThat(kept).isEqualTo(before);
  }

  @Test
  void thePartitionsOfWhoDiesGoToTheirCopies() {
    wantedCopies = 1;
    join("a");
    join("b");
    join("c");
    settle();
    Set<Integer> orphans = internal("a");
    Map<String, CopiesToKeep> before = new TreeMap<>(kept);
    owned.remove("a");
    copies.remove("a");

    settle();

    for (String member : List.of("b", "c")) {
      Set<Integer> expected = new HashSet<>(Objects.requireNonNull(before.get(member)).copies());
      expected.retainAll(orphans);
      assertThat(internal(member)).containsAll(expected);
    }
  }

  @Test
  void aMemberSaysWhatItHasAndHearsWhatItIsToKeep() {
    Copies mine = new Copies("a");
    copies.put("a", Map.of(3, new Copy(1L << 40, false), 5, new Copy(2, true)));
    PartitionAssignor member = new PartitionAssignor();
    member.configure(
        Map.of(PartitionAssignor.INTERNAL_TOPIC, INTERNAL, PartitionAssignor.COPIES, mine));

    ByteBuffer said = Objects.requireNonNull(member.subscriptionUserData(Set.of(INTERNAL)));
    assertThat(UserData.copies(said))
        .containsOnly(
            Map.entry(3, new HeldCopy(1L << 40, false, false)),
            Map.entry(5, new HeldCopy(2, true, false)));

    member.onAssignment(
        new Assignment(
            List.of(),
            UserData.ofKept(new CopiesToKeep(Set.of(1, 2, 200, 30_000), Set.of(200), Set.of(2)))),
        new ConsumerGroupMetadata("group"));
    assertThat(mine.kept)
        .isEqualTo(new CopiesToKeep(Set.of(1, 2, 200, 30_000), Set.of(200), Set.of(2)));
  }

  @Test
  void whatAnotherVersionSaysOfCopiesCountsAsNothing() {
    ByteBuffer newer = ByteBuffer.wrap(new byte[] {9, 1, 2, 3});
    ByteBuffer damaged = ByteBuffer.wrap(new byte[] {2, 100, 2});

    assertThat(UserData.copies(newer)).isNull();
    assertThat(UserData.copies(damaged)).isNull();
    assertThat(UserData.copies(null)).isNull();
    assertThat(UserData.kept(newer)).isEqualTo(CopiesToKeep.NOTHING);
    assertThat(UserData.kept(damaged)).isEqualTo(CopiesToKeep.NOTHING);
  }

  @Test
  void aMemberWithVeryManyCopiesSaysTheFreshestAndThoseThatAreWaitedFor() {
    Map<Integer, Copy> many = new HashMap<>();
    for (int number = 0; number < 5_000; number++) {
      many.put(number, stale(number));
    }

    CopiesToKeep awaited = new CopiesToKeep(Set.of(16, 17), Set.of(17), Set.of(16));
    Map<Integer, HeldCopy> said = UserData.copies(UserData.ofCopies(many, awaited));

    assertThat(said)
        .hasSize(1_000)
        .containsEntry(4_999, new HeldCopy(4_999, false, false))
        .containsEntry(17, new HeldCopy(17, false, true))
        .containsEntry(16, new HeldCopy(16, false, false))
        .doesNotContainKey(3_999);
  }

  @Test
  void whoComesGetsCopiesFirstAndPartitionsWhenTheyAreCurrent() {
    wantedCopies = 1;
    join("a");
    settle();
    join("b");

    assertThat(round().get("a")).hasSize(PARTITIONS + ORDER_PARTITIONS);
    Set<Integer> warmUps = kept("b").warmUps();
    assertThat(warmUps).hasSize(PARTITIONS / 2);
    assertThat(kept("b").copies()).containsAll(warmUps);
    copies.put("b", of(warmUps, stale(9)));
    assertThat(round().get("a")).hasSize(PARTITIONS + ORDER_PARTITIONS);
    assertThat(kept("b").warmUps()).isEqualTo(warmUps);

    copies.put("b", of(warmUps, current(9)));
    owned.putAll(round());
    assertThat(internal("a")).hasSize(PARTITIONS / 2);
    assertThat(internal("b")).isEmpty();
    assertThat(kept("b").warmUps()).as("not there yet").isEqualTo(warmUps);
    owned.putAll(round());

    assertThat(internal("b")).isEqualTo(warmUps);
    assertThat(kept("b").warmUps()).isEmpty();
  }

  @Test
  void whatIsWarmMovesThoughOtherPartitionsOfTheSameMemberAreNot() {
    wantedCopies = 1;
    join("a");
    settle();
    join("b");
    round();
    Set<Integer> warmUps = kept("b").warmUps();
    int warm = warmUps.iterator().next();
    copies.put("b", of(Set.of(warm), current(9)));

    owned.putAll(round());
    owned.putAll(round());

    assertThat(internal("b")).containsOnly(warm);
    assertThat(internal("a")).hasSize(PARTITIONS - 1);
    assertThat(kept("b").warmUps()).hasSize(PARTITIONS / 2 - 1);
  }

  @Test
  void aCopyThatIsToBeElsewhereStaysUntilThatOneIsCurrent() {
    wantedCopies = 1;
    join("a");
    join("b");
    settle();
    Set<Integer> before = internal("a");
    assertThat(kept("b").copies()).isEqualTo(before);
    join("c");

    owned.putAll(round());

    assertThat(kept("b").copies()).containsAll(before);
    assertThat(kept("c").warmUps()).hasSize(2);
    assertThat(kept("c").successors()).isNotEmpty();
    settle();
    assertThat(kept.values()).allMatch(some -> some.awaited().isEmpty());
    assertThat(kept("b").copies()).doesNotContainAnyElementsOf(kept("c").copies());
  }

  @Test
  void whatNobodyHasGoesAtOnceThoughNobodyIsWarm() {
    wantedCopies = 1;
    join("a");
    join("b");

    owned.putAll(round());

    assertThat(internal("a")).hasSize(PARTITIONS / 2);
    assertThat(internal("b")).hasSize(PARTITIONS / 2);
    assertThat(kept.values()).allMatch(some -> some.awaited().isEmpty());
  }

  @Test
  void whoIsBackAfterARestartGetsItsPartitionsAgain() {
    wantedCopies = 1;
    join("a");
    join("b");
    settle();
    Set<Integer> before = internal("a");
    owned.put("a", List.of());
    copies.put("a", of(before, stale(9)));
    owned.putAll(round());

    assertThat(internal("a")).isEqualTo(before);
  }

  @Test
  void whoDoesNotUnderstandWhatItIsToWarmUpGetsPartitionsAtOnce() {
    wantedCopies = 1;
    join("a");
    settle();
    join("b");
    ofAnotherVersion.add("b");

    owned.putAll(round());
    owned.putAll(round());

    assertThat(internal("b")).hasSize(PARTITIONS / 2);
  }

  private static Copy stale(long epoch) {
    return new Copy(epoch, false);
  }

  private static Copy current(long epoch) {
    return new Copy(epoch, true);
  }

  private static Map<Integer, Copy> of(Set<Integer> numbers, Copy copy) {
    Map<Integer, Copy> all = new HashMap<>();
    numbers.forEach(number -> all.put(number, copy));
    return all;
  }

  private static Map<Integer, Copy> everything(long epoch) {
    Map<Integer, Copy> all = new HashMap<>();
    for (int number = 0; number < PARTITIONS; number++) {
      all.put(number, stale(epoch));
    }
    return all;
  }

  private CopiesToKeep kept(String member) {
    return Objects.requireNonNull(kept.get(member));
  }

  private void join(String member) {
    owned.put(member, List.of());
  }

  /** Goes on until nothing changes, as the group does, whose copies become current meanwhile. */
  private void settle() {
    Map<String, List<TopicPartition>> before;
    Map<String, CopiesToKeep> keptBefore;
    do {
      before = new TreeMap<>(owned);
      keptBefore = new TreeMap<>(kept);
      if (wantedCopies > 0) {
        kept.forEach((member, some) -> copies.put(member, of(some.copies(), current(4))));
      }
      owned.putAll(round());
      assertNobodySharesWith(owned);
    } while (!before.equals(owned) || !keptBefore.equals(kept));
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
              kept.put(member, UserData.kept(assignment.userData()));
            });
    kept.keySet().retainAll(result.keySet());
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
    ByteBuffer userData =
        ofAnotherVersion.contains(member)
            ? ByteBuffer.wrap(new byte[] {1, 0})
            : UserData.ofCopies(
                copies.getOrDefault(member, Map.of()),
                kept.getOrDefault(member, CopiesToKeep.NOTHING));
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
    private CopiesToKeep kept = CopiesToKeep.NOTHING;

    Copies(String member) {
      this.member = member;
    }

    @Override
    public int wanted() {
      return wantedCopies;
    }

    @Override
    public Map<Integer, Copy> held() {
      return copies.getOrDefault(member, Map.of());
    }

    @Override
    public void keep(CopiesToKeep some) {
      kept = some;
    }
  }
}
