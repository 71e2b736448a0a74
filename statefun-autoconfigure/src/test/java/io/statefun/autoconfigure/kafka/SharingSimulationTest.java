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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Members of groups come, die, restart and fetch copies at random, and then are left alone: who
 * shares the partitions then, and who handles them on the way there.
 */
class SharingSimulationTest {

  private static final int GROUPS = 200;
  private static final int EVENTS = 25;
  private static final String INTERNAL = "internal";
  private static final String EVENTS_TOPIC = "events";
  private static final int EVENT_PARTITIONS = 5;

  @Test
  void everyPartitionStaysWithItsOwnerUntilItsNextOneIsWarmAndAllComeToRest() {
    int most = 0;
    for (int seed = 0; seed < GROUPS; seed++) {
      Group group = new Group(seed);
      for (int event = 0; event < EVENTS; event++) {
        group.happen();
      }
      if (seed % 2 == 0) {
        most = Math.max(most, group.comeToRest(1));
      } else {
        assertThat(group.comeToRest(0.5)).as("group %d", seed).isLessThan(20);
      }
    }
    // Once since what comes is warm, and once since the copies that follow upon others are current.
    assertThat(most).isEqualTo(2);
  }

  private static final class Group {

    private final String name;
    private final Random random;
    private final int partitions;
    private final int wanted;
    private final Cluster cluster;
    private final PartitionAssignor assignor = new PartitionAssignor();
    private final Map<String, Member> members = new TreeMap<>();

    /** By partition that was let go of, the newest epoch of the current copies then. */
    private final Map<Integer, Long> released = new HashMap<>();

    private int named;
    private int generation;
    private long epoch = 1;

    Group(int seed) {
      name = "group " + seed;
      random = new Random(seed);
      partitions = 1 + random.nextInt(24);
      wanted = random.nextInt(3);
      cluster = cluster(partitions);
      assignor.configure(
          Map.of(
              PartitionAssignor.INTERNAL_TOPIC,
              INTERNAL,
              PartitionAssignor.COPIES,
              new Wish(wanted)));
      join();
      share();
    }

    /** Something happens, as a rule also while partitions are on their way. */
    void happen() {
      released.clear();
      switch (random.nextInt(8)) {
        case 0, 1 -> join();
        case 2 -> die();
        case 3 -> restart();
        default -> members.values().forEach(member -> member.follow(random.nextDouble()));
      }
      boolean asks = members.values().stream().anyMatch(Member::isWarm);
      if (asks || random.nextInt(3) > 0) {
        boolean letGo = round();
        if (random.nextBoolean()) {
          share(letGo);
        }
      }
    }

    private void join() {
      if (members.size() < 6) {
        String id = "member-" + named++;
        members.put(id, new Member());
      }
    }

    private void die() {
      if (members.size() > 1) {
        members.remove(any());
      }
    }

    /** It has its disk still, but does not know how far others have gone on. */
    private void restart() {
      Member member = Objects.requireNonNull(members.get(any()));
      member.owned = List.of();
      member.current.clear();
    }

    private String any() {
      return List.copyOf(members.keySet()).get(random.nextInt(members.size()));
    }

    /** Shares the partitions until nobody lets go of anything. */
    private void share() {
      share(true);
    }

    private void share(boolean begun) {
      boolean letGo = begun;
      for (int rounds = 0; letGo; rounds++) {
        assertThat(rounds).as(name).isLessThan(4);
        letGo = round();
      }
    }

    /**
     * Everybody fetches what it is to fetch, and asks for another round when it has.
     *
     * @param part how much of it becomes current at a time
     * @return how often somebody has asked
     */
    int comeToRest(double part) {
      share();
      int asked = 0;
      for (int step = 0; isAwaited(); step++) {
        assertThat(step).as(name).isLessThan(200);
        members.values().forEach(member -> member.follow(part));
        if (members.values().stream().anyMatch(Member::isWarm)) {
          asked++;
          share();
        }
      }
      assertRest();
      return asked;
    }

    private boolean isAwaited() {
      return members.values().stream().anyMatch(member -> !member.kept.awaited().isEmpty());
    }

    private void assertRest() {
      List<Integer> shares = members.values().stream().map(one -> one.numbers().size()).toList();
      assertThat(shares.stream().mapToInt(share -> share).sum()).as(name).isEqualTo(partitions);
      assertThat(shares)
          .as(name)
          .allMatch(share -> share == partitions / members.size() || share == most());
      int copies = Math.min(wanted, members.size() - 1);
      for (int number = 0; number < partitions; number++) {
        int partition = number;
        assertThat(
                members.values().stream()
                    .filter(member -> member.kept.copies().contains(partition))
                    .filter(member -> !member.numbers().contains(partition)))
            .as(name)
            .hasSize(copies);
      }
    }

    private int most() {
      return (partitions + members.size() - 1) / members.size();
    }

    /** Has the leader assign, and tells whether somebody lets go of partitions. */
    private boolean round() {
      Map<Integer, String> before = owners();
      Map<String, Subscription> subscriptions = new HashMap<>();
      members.forEach((id, member) -> subscriptions.put(id, member.subscription()));
      Map<String, Assignment> assigned =
          assignor.assign(cluster, new GroupSubscription(subscriptions)).groupAssignment();
      generation++;
      epoch++;
      assertHandOver(before, assigned);
      boolean letGo = false;
      for (Map.Entry<String, Member> one : members.entrySet()) {
        letGo |= one.getValue().accept(Objects.requireNonNull(assigned.get(one.getKey())));
      }
      return letGo;
    }

    private Map<Integer, String> owners() {
      Map<Integer, String> owners = new TreeMap<>();
      members.forEach((id, member) -> member.numbers().forEach(number -> owners.put(number, id)));
      return owners;
    }

    private void assertHandOver(Map<Integer, String> before, Map<String, Assignment> assigned) {
      Map<TopicPartition, String> after = new HashMap<>();
      assigned.forEach(
          (id, assignment) ->
              assignment
                  .partitions()
                  .forEach(one -> assertThat(after.put(one, id)).as(name).isNull()));
      for (int number = 0; number < partitions; number++) {
        int partition = number;
        String owner = before.get(number);
        String next = after.get(new TopicPartition(INTERNAL, number));
        if (owner == null) {
          assertThat(members).as(name).containsKey(next);
          Long warm = released.remove(number);
          Member taker = Objects.requireNonNull(members.get(next));
          assertThat(warm == null || taker.isCurrent(number) || taker.epoch(number) >= warm)
              .as("%s: %s is warm when it gets %d", name, next, number)
              .isTrue();
        } else if (next == null && wanted > 0) {
          released.put(
              number,
              others(owner)
                  .filter(member -> member.isCurrent(partition))
                  .map(member -> member.epoch(partition))
                  .max(Comparator.naturalOrder())
                  .orElseThrow(() -> new AssertionError(name + ": nobody is warm")));
        } else if (next != null) {
          assertThat(next).as(name).isEqualTo(owner);
        }
      }
      after.forEach(
          (one, id) -> {
            if (one.topic().equals(EVENTS_TOPIC)) {
              int reader = PartitionAssignor.reader(one, partitions);
              assertThat(after).as(name).containsEntry(new TopicPartition(INTERNAL, reader), id);
            }
          });
    }

    private java.util.stream.Stream<Member> others(String owner) {
      return members.entrySet().stream()
          .filter(one -> !one.getKey().equals(owner))
          .map(Map.Entry::getValue);
    }

    private final class Member {

      private List<TopicPartition> owned = List.of();
      private final Map<Integer, Long> epochs = new TreeMap<>();
      private final Set<Integer> current = new TreeSet<>();
      private CopiesToKeep kept = CopiesToKeep.NOTHING;

      Set<Integer> numbers() {
        Set<Integer> numbers = new TreeSet<>();
        owned.stream()
            .filter(one -> one.topic().equals(INTERNAL))
            .forEach(one -> numbers.add(one.partition()));
        return numbers;
      }

      boolean isCurrent(int number) {
        return current.contains(number) || numbers().contains(number);
      }

      long epoch(int number) {
        return epochs.getOrDefault(number, 0L);
      }

      /** Whether it asks for another round. */
      boolean isWarm() {
        Set<Integer> awaited = kept.warmUps().isEmpty() ? kept.successors() : kept.warmUps();
        return !awaited.isEmpty() && awaited.stream().allMatch(this::isCurrent);
      }

      /** Has some of the copies brought up to what is committed. */
      void follow(double part) {
        kept.copies().stream()
            .filter(number -> random.nextDouble() < part)
            .forEach(
                number -> {
                  current.add(number);
                  epochs.put(number, epoch);
                });
      }

      Subscription subscription() {
        Map<Integer, Copy> copies = new TreeMap<>();
        numbers().forEach(number -> epochs.put(number, epoch));
        epochs.forEach((number, at) -> copies.put(number, new Copy(at, isCurrent(number))));
        ByteBuffer said = UserData.ofCopies(copies, kept);
        return new Subscription(
            List.of(INTERNAL, EVENTS_TOPIC), said, owned, generation, Optional.empty());
      }

      boolean accept(Assignment assignment) {
        Set<TopicPartition> lost = new HashSet<>(owned);
        assignment.partitions().forEach(lost::remove);
        owned = assignment.partitions();
        kept = UserData.kept(assignment.userData());
        current.retainAll(kept.copies());
        current.removeAll(numbers());
        return !lost.isEmpty();
      }
    }
  }

  private record Wish(int wanted) implements PartitionAssignor.Copies {

    @Override
    public Map<Integer, Copy> held() {
      return Map.of();
    }

    @Override
    public void keep(CopiesToKeep kept) {}
  }

  private static Cluster cluster(int partitions) {
    List<PartitionInfo> infos = new ArrayList<>();
    Node[] nobody = new Node[0];
    IntStream.range(0, partitions)
        .forEach(number -> infos.add(new PartitionInfo(INTERNAL, number, null, nobody, nobody)));
    IntStream.range(0, EVENT_PARTITIONS)
        .forEach(
            number -> infos.add(new PartitionInfo(EVENTS_TOPIC, number, null, nobody, nobody)));
    return new Cluster("test", List.of(), infos, Set.of(), Set.of());
  }
}
