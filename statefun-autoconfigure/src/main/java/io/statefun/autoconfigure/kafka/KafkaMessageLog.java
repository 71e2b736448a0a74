/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import io.statefun.cluster.MessageLog;
import io.statefun.cluster.TransactionLog;
import io.statefun.message.TypeName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application's consumer group. A member owns those of the application's partitions whose
 * partition of the internal topic it owns. One thread polls: it keeps up the membership, and brings
 * the records of the ingresses to their splits.
 */
final class KafkaMessageLog implements MessageLog {

  private static final Logger log = LoggerFactory.getLogger(KafkaMessageLog.class);

  private static final Duration IDLE_POLL = Duration.ofMillis(100);

  /** With partitions paused, since the poll does not see that there is room again. */
  private static final Duration BUSY_POLL = Duration.ofMillis(5);

  private static final Duration OFFSETS_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final long PAUSE_MILLIS = 500;
  private static final long JOIN_MILLIS = 10_000;

  private final KafkaClients clients;
  private final GroupSettings settings;
  private final List<KafkaIngress> ingresses;
  private final RecordWriter writer;
  private final RecordLag lag;
  private final Thread thread = new Thread(this::run, "statefun-kafka");
  private final Set<TopicPartition> paused = new HashSet<>();

  /** Partitions that are assigned, and whose position is not known yet. */
  private final Set<TopicPartition> unplaced = new HashSet<>();

  private final Set<Integer> owned = new TreeSet<>();

  private final AwaitedCopies awaited =
      new AwaitedCopies(
          () -> listener().copies(), () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));

  private int partitions;
  private volatile int largestMessage;
  private @Nullable Listener listener;
  private @Nullable CommittedOffsets offsets;
  private @Nullable KafkaPoster poster;
  private @Nullable KafkaTransactions transactions;
  private volatile @Nullable KafkaTurn turn;
  private volatile @Nullable Consumer<byte[], byte[]> consumer;
  private volatile boolean rejoin;
  private volatile boolean closed;

  KafkaMessageLog(
      KafkaClients clients,
      GroupSettings settings,
      List<KafkaIngress> ingresses,
      RecordWriter writer,
      RecordLag lag) {
    this.clients = clients;
    this.settings = settings;
    this.ingresses = ingresses;
    this.writer = writer;
    this.lag = lag;
  }

  @Override
  public Collection<KafkaIngress> ingresses() {
    return ingresses;
  }

  @Override
  public Set<TypeName> egresses() {
    return writer.transactional();
  }

  @Override
  public void join(int newPartitions, Listener newListener) throws IOException {
    partitions = newPartitions;
    listener = newListener;
    largestMessage = new InternalTopic(clients, settings).ensure(newPartitions);
    thread.start();
  }

  private synchronized TransactionLog transactions(KafkaTurn of) {
    if (of != turn) {
      throw new IllegalStateException("This process does not own the partitions any more");
    }
    endTransactions();
    KafkaTransactions opened = new KafkaTransactions(clients, settings, of, writer, largestMessage);
    transactions = opened;
    return opened;
  }

  @Override
  public Map<Integer, String> committedReferences() throws IOException {
    return offsets().committedReferences();
  }

  @Override
  public CompletableFuture<Map<Integer, String>> owners() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return offsets().owners();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private synchronized CommittedOffsets offsets() throws IOException {
    if (closed) {
      throw new IOException("The log is closed");
    }
    CommittedOffsets opened = offsets;
    if (opened == null) {
      opened = new CommittedOffsets(clients, settings, clients.admin());
      offsets = opened;
    }
    return opened;
  }

  @Override
  public CompletableFuture<Void> post(int partition, byte[] message) {
    return poster().post(partition, message);
  }

  private synchronized KafkaPoster poster() {
    if (closed) {
      throw new IllegalStateException("The log is closed");
    }
    KafkaPoster opened = poster;
    if (opened == null) {
      opened = new KafkaPoster(clients, settings.internalTopic(), largestMessage);
      poster = opened;
    }
    return opened;
  }

  @Override
  public void rejoin() {
    rejoin = true;
  }

  @Override
  public MessageLog another() {
    return new KafkaMessageLog(clients, settings, ingresses, writer, lag);
  }

  @Override
  public void close() {
    closed = true;
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
    try {
      if (thread != Thread.currentThread()) {
        thread.join(JOIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    endTransactions();
    closeClients();
  }

  private synchronized void closeClients() {
    if (poster != null) {
      poster.close();
      poster = null;
    }
    if (offsets != null) {
      offsets.close();
      offsets = null;
    }
  }

  /** Has whoever waits for a transaction wait no longer. */
  private synchronized void endTransactions() {
    if (transactions != null) {
      transactions.close();
      transactions = null;
    }
  }

  private Listener listener() {
    return java.util.Objects.requireNonNull(listener);
  }

  // The thread

  private void run() {
    boolean takesPart = true;
    while (takesPart && !closed) {
      takesPart = takePart();
    }
  }

  /**
   * Is a member of the group, until the log is closed or the membership ends.
   *
   * @return whether to become one again
   */
  private boolean takePart() {
    owned.clear();
    unplaced.clear();
    paused.clear();
    awaited.assigned(CopiesToKeep.NOTHING);
    try (Consumer<byte[], byte[]> open = newConsumer()) {
      consumer = open;
      subscribe(open);
      while (!closed) {
        poll(open);
      }
      open.close(
          CloseOptions.timeout(CLOSE_TIMEOUT)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (InterruptException e) {
      log.debug("The consumer was interrupted", e);
    } catch (RuntimeException | Error e) {
      if (!closed) {
        return goesOn(e);
      }
    }
    return false;
  }

  /** Ends the turn, as the membership has ended, and tells whether another one may be better. */
  private boolean goesOn(Throwable failure) {
    lose("The membership in the group ended: " + failure);
    if (failure instanceof KafkaException && !isForGood(failure)) {
      log.warn(
          "The membership in group '{}' ended, and is begun anew: {}",
          settings.groupId(),
          failure.toString());
      pause();
      return true;
    }
    listener().failed(failure);
    return false;
  }

  /**
   * Whether another attempt would fail likewise. What the consumer does not know how to go on from
   * comes as a plain exception, as that the coordinator was loading at an unexpected moment.
   */
  private static boolean isForGood(Throwable failure) {
    return failure instanceof AuthenticationException
        || failure instanceof AuthorizationException
        || failure instanceof FencedInstanceIdException
        || failure instanceof UnsupportedVersionException
        || failure instanceof InvalidConfigurationException
        || failure instanceof ConfigException
        || failure instanceof InvalidTopicException;
  }

  private Consumer<byte[], byte[]> newConsumer() {
    Map<String, Object> defaults = new HashMap<>();
    defaults.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    defaults.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 * 1024 * 1024);
    defaults.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
    Map<String, Object> required = new HashMap<>(settings.membership());
    // Neither records nor offsets of a transaction that may yet be given up. Required, since Spring
    // Boot always sets the other level unless it is told otherwise.
    required.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    required.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    required.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    required.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, PartitionAssignor.class.getName());
    required.put(PartitionAssignor.INTERNAL_TOPIC, settings.internalTopic());
    required.put(PartitionAssignor.COPIES, new KeptCopies());
    return clients.consumer(defaults, required);
  }

  private void subscribe(Consumer<byte[], byte[]> open) {
    Set<String> topics = new TreeSet<>();
    topics.add(settings.internalTopic());
    boolean byPattern = false;
    for (KafkaIngress ingress : ingresses) {
      topics.addAll(ingress.settings().topics());
      byPattern |= ingress.pattern() != null;
    }
    if (byPattern) {
      String names = topics.stream().map(Pattern::quote).collect(Collectors.joining("|"));
      String patterns =
          ingresses.stream()
              .filter(ingress -> ingress.pattern() != null)
              .map(ingress -> "(?:" + ingress.pattern() + ")")
              .collect(Collectors.joining("|"));
      open.subscribe(Pattern.compile(names + "|" + patterns), new Rebalances(open));
    } else {
      open.subscribe(topics, new Rebalances(open));
    }
  }

  private void poll(Consumer<byte[], byte[]> open) {
    if (rejoin) {
      rejoin = false;
      lose("Another process goes on");
      open.unsubscribe();
      subscribe(open);
    }
    try {
      ConsumerRecords<byte[], byte[]> records = open.poll(paused.isEmpty() ? IDLE_POLL : BUSY_POLL);
      KafkaTurn current = turn;
      if (current != null) {
        current.update(open.groupMetadata());
        hand(open, current, records);
      }
      place(open);
      if (awaited.areDue()) {
        open.enforceRebalance("the copies that the group waits for are current");
      }
      if (current != null && current == turn) {
        lag.count(open, current, paused);
      }
    } catch (WakeupException e) {
      log.debug("Woken, to be closed", e);
    } catch (OffsetOutOfRangeException e) {
      lost(open, e);
    } catch (TimeoutException e) {
      log.debug("Kafka does not answer in time", e);
    } catch (RetriableException e) {
      log.warn("Kafka cannot be read at the moment: {}", e.toString());
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void hand(
      Consumer<byte[], byte[]> open, KafkaTurn current, ConsumerRecords<byte[], byte[]> records) {
    for (KafkaSplit split : current.splits()) {
      hand(open, split, records);
    }
    for (KafkaInbox inbox : current.inboxes()) {
      hand(open, inbox, records);
      // It goes on behind the end of a transaction, which is no record.
      inbox.passed(open.position(inbox.partition(), OFFSETS_TIMEOUT));
    }
  }

  private void hand(
      Consumer<byte[], byte[]> open, Source source, ConsumerRecords<byte[], byte[]> records) {
    TopicPartition partition = source.partition();
    if (!records.isEmpty()) {
      var brought = records.records(partition);
      if (!brought.isEmpty()) {
        OffsetAndMetadata end = records.nextOffsets().get(partition);
        source.add(brought, end == null ? 0 : end.offset());
      }
    }
    if (source.isFull() && paused.add(partition)) {
      open.pause(Set.of(partition));
    } else if (paused.contains(partition) && source.hasRoom()) {
      paused.remove(partition);
      open.resume(Set.of(partition));
    }
  }

  /** Finds out where to begin with partitions that were assigned. */
  private void place(Consumer<byte[], byte[]> open) {
    KafkaTurn current = turn;
    if (current == null || unplaced.isEmpty()) {
      return;
    }
    placeInboxes(open, current);
    StartPositions start = new StartPositions(open, OFFSETS_TIMEOUT);
    Map<TopicPartition, Long> known = start.find(unplaced, this::ingressOf);
    for (TopicPartition partition : Set.copyOf(unplaced)) {
      KafkaIngress ingress = ingressOf(partition.topic());
      Long position = known.get(partition);
      KafkaSplit split = new KafkaSplit(ingress, partition, position == null ? 0 : position);
      if (position == null) {
        split.fail(
            new IllegalStateException(
                "There is no committed offset of "
                    + partition
                    + ", and the ingress is configured to begin nowhere: set 'start'"));
      } else {
        open.seek(partition, position);
        open.resume(Set.of(partition));
      }
      unplaced.remove(partition);
      current.add(split);
      ingress.appeared(split);
    }
    current.place();
  }

  private void placeInboxes(Consumer<byte[], byte[]> open, KafkaTurn current) {
    Set<TopicPartition> internal =
        unplaced.stream().filter(this::isInternal).collect(Collectors.toSet());
    Map<TopicPartition, OffsetAndMetadata> committed = open.committed(internal, OFFSETS_TIMEOUT);
    for (TopicPartition partition : internal) {
      OffsetAndMetadata known = committed.get(partition);
      long position = known == null ? 0 : known.offset();
      open.seek(partition, position);
      open.resume(Set.of(partition));
      unplaced.remove(partition);
      current.add(new KafkaInbox(partition, position));
    }
  }

  private boolean isInternal(TopicPartition partition) {
    return partition.topic().equals(settings.internalTopic());
  }

  private KafkaIngress ingressOf(String topic) {
    return ingresses.stream()
        .filter(ingress -> ingress.reads(topic))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No ingress reads " + topic));
  }

  /** The records that are next are no longer there. */
  private void lost(Consumer<byte[], byte[]> open, OffsetOutOfRangeException lost) {
    KafkaTurn current = turn;
    if (current == null) {
      return;
    }
    for (KafkaInbox inbox : current.inboxes()) {
      Long offset = lost.offsetOutOfRangePartitions().get(inbox.partition());
      if (offset != null) {
        throw new IllegalStateException(
            "The message at offset "
                + offset
                + " of "
                + inbox.partition()
                + " is no longer there, nor are some behind it. The topic must keep its records until"
                + " they were read: set its 'retention.ms' to -1, and restore a savepoint");
      }
    }
    for (KafkaSplit split : current.splits()) {
      Long offset = lost.offsetOutOfRangePartitions().get(split.partition());
      if (offset != null) {
        Set<TopicPartition> partition = Set.of(split.partition());
        String what =
            "The record at offset " + offset + " of " + split.partition() + " is no longer there";
        switch (split.ingress().settings().lostRecords()) {
          case FAIL -> {
            open.pause(partition);
            open.seek(split.partition(), offset);
            split.fail(
                new IllegalStateException(
                    what
                        + ", nor are some behind it. Set 'lost-records' of the ingress to go on"
                        + " without them, and restart"));
          }
          case EARLIEST -> {
            log.warn("{}; ingress goes on with the first that is", what);
            open.seekToBeginning(partition);
          }
          case LATEST -> {
            log.warn("{}; ingress goes on behind the last that is", what);
            open.seekToEnd(partition);
          }
        }
      }
    }
  }

  private void lose(String why) {
    KafkaTurn current = turn;
    if (current != null) {
      turn = null;
      lag.clear();
      // First, so that who waits for the turn knows why he waits no longer.
      listener().lost(why);
      current.end();
      endTransactions();
    }
  }

  /** The copies of this process, as the assignor asks for them. */
  private final class KeptCopies implements PartitionAssignor.Copies {

    @Override
    public int wanted() {
      return settings.standbyCopies();
    }

    @Override
    public Map<Integer, Copy> held() {
      return listener().copies();
    }

    @Override
    public void keep(CopiesToKeep kept) {
      listener().standby(kept.copies(), kept.warmUps());
      awaited.assigned(kept);
    }
  }

  private final class Rebalances implements ConsumerRebalanceListener {

    private final Consumer<byte[], byte[]> open;

    Rebalances(Consumer<byte[], byte[]> open) {
      this.open = open;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      // Nothing is read until the position is known, nor does the consumer look for one.
      open.pause(added);
      for (TopicPartition partition : added) {
        open.seek(partition, 0);
        unplaced.add(partition);
      }
      Set<Integer> gained = internal(added);
      owned.addAll(gained);
      if (!gained.isEmpty()) {
        gain(gained);
      } else if (owned.isEmpty()) {
        log.info("Other processes of group '{}' have the partitions", settings.groupId());
        listener().standsBy();
      }
    }

    private void gain(Set<Integer> gained) {
      KafkaTurn current = turn;
      if (current == null) {
        current =
            new KafkaTurn(open.groupMetadata(), ingresses, KafkaMessageLog.this::transactions);
        turn = current;
      } else {
        current.update(open.groupMetadata());
        current.unplace();
      }
      log.info("This process gets partitions {} of group '{}'", gained, settings.groupId());
      listener().gained(current, gained);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> removed) {
      KafkaTurn current = turn;
      Set<Integer> leaving = internal(removed);
      if (current != null && !closed && losesSplits(current, removed, leaving)) {
        // What was read of them and is not committed would be read again when they come back.
        lose("Partitions of ingresses go away, and those that read them stay");
        rejoin = true;
      } else if (current != null && !closed && !leaving.isEmpty()) {
        log.info("Partitions {} of group '{}' go to others", leaving, settings.groupId());
        current.update(open.groupMetadata());
        if (!letGo(leaving)) {
          // Nobody may wait for what it does with those that it keeps, and it begins anew.
          lose("What was done with partitions that go to others could not be committed in time");
          rejoin = true;
        }
      }
      remove(removed);
      if (owned.isEmpty()) {
        lose("The partitions go to other processes");
      }
    }

    /** Whether splits go without the partitions that read them, as when their topic is deleted. */
    private boolean losesSplits(
        KafkaTurn current, Collection<TopicPartition> removed, Set<Integer> leaving) {
      return current.splits().stream()
          .map(KafkaSplit::partition)
          .filter(removed::contains)
          .anyMatch(split -> !leaving.contains(PartitionAssignor.reader(split, partitions)));
    }

    /** Has them committed, while this process owns them still. */
    private boolean letGo(Set<Integer> leaving) {
      if (unplaced.stream().anyMatch(KafkaMessageLog.this::isInternal)) {
        // Some are on their way to the node, which waits for what this thread does after this.
        return false;
      }
      try {
        listener().leaving(leaving).get(settings.longestPause().toMillis(), TimeUnit.MILLISECONDS);
        return true;
      } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
        log.warn("Partitions {} could not be let go: {}", leaving, e.toString());
        return false;
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> removed) {
      remove(removed);
      lose("The group has not heard of this process for too long");
    }

    private Set<Integer> internal(Collection<TopicPartition> some) {
      return some.stream()
          .filter(KafkaMessageLog.this::isInternal)
          .map(TopicPartition::partition)
          .collect(Collectors.toCollection(TreeSet::new));
    }

    private void remove(Collection<TopicPartition> removed) {
      KafkaTurn current = turn;
      for (TopicPartition partition : removed) {
        unplaced.remove(partition);
        paused.remove(partition);
        if (isInternal(partition)) {
          owned.remove(partition.partition());
        }
        if (current != null && isInternal(partition)) {
          current.removeInbox(partition.partition());
        } else if (current != null) {
          current.remove(partition);
        }
      }
    }
  }
}
