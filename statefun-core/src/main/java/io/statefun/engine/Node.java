/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.ChunkPool;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.Change;
import io.statefun.state.Overlay;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A node, without threads: its actors take steps when they are told to, by threads or by a
 * simulation. Made by {@link #recover}, which brings back what was committed.
 */
final class Node {

  private final NodeServices services;
  private final List<Worker> workers = new ArrayList<>();
  private final List<EgressDispatcher> dispatchers = new ArrayList<>();
  private final PartitionOwners owners;
  private final Committer committer;
  private final Applier applier;
  private final BaseSnapshots bases;
  private final Requests requests = new Requests();
  private final Executor callbacks;
  private final NodeListener listener;
  private final AtomicLong nextRequest = new AtomicLong();
  private final Set<CompletableFuture<Void>> notAccepted = ConcurrentHashMap.newKeySet();
  private final Set<Ingress.Split> read = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Throwable gone;
  private final String incarnation;

  private Node(Setup setup) throws IOException {
    this.services = setup.services();
    this.callbacks = setup.callbacks();
    this.listener = setup.listener();
    UUID writer = setup.writer();
    this.incarnation = writer.toString();
    EpochLog log = setup.log();
    BaseStore baseStore = new BaseStore(setup.store());
    int count = services.partitions();
    Set<Integer> all = IntStream.range(0, count).boxed().collect(Collectors.toSet());
    Recovery recovery = new Recovery(log, baseStore, setup.backend(), all);
    long epoch = recovery.lastEpoch() + 1;
    this.owners = new PartitionOwners(count, setup.workers());
    Channels channels = new Channels(setup.workers(), listener::wakeWorker);
    ChunkPool chunks = new ChunkPool(services.limits().maxUnappliedBytes() / 2);
    this.applier =
        new Applier(services, chunks, recovery.lastEpoch(), setup.faults(), new Applies());
    this.bases =
        new BaseSnapshots(
            services, log, baseStore, setup.faults(), new Scans(), incarnation.substring(0, 8));
    int egresses = Math.max(1, setup.egresses().size());
    int recordsInMemory = Math.max(1, services.limits().maxUnacknowledgedRecords() / egresses);
    this.committer =
        new Committer(
            services,
            setup.application(),
            setup.workers(),
            recordsInMemory,
            epoch,
            log,
            setup.faults(),
            applier,
            new Commits(),
            listener::wakeCommitter);
    for (int i = 0; i < setup.workers(); i++) {
      workers.add(
          new Worker(i, services, committer, channels, owners, setup.scratch().apply(i), epoch));
    }
    for (Map.Entry<TypeName, Egress> egress : setup.egresses().entrySet()) {
      dispatchers.add(
          new EgressDispatcher(
              egress.getKey(),
              egress.getValue(),
              services,
              setup.application(),
              setup.faults(),
              new Partitions(),
              recordsInMemory,
              listener::wakeDispatchers));
    }
    long perPartition = services.limits().maxCachedStateBytes() / count;
    OrphanedRecords orphans =
        new OrphanedRecords(setup.egresses().keySet(), services.surroundings());
    for (int i = 0; i < count; i++) {
      Recovery.Recovered recovered = recovery.recover(i);
      Partition partition =
          new Partition(
              i,
              recovered.store(),
              setup.scratch().apply(owners.worker(i)),
              chunks,
              services.transactional(),
              perPartition);
      partition.restore(epoch, recovered.pending());
      owners.set(partition);
      worker(i).own(partition);
      orphans.lookAt(recovered);
      for (EgressDispatcher dispatcher : dispatchers) {
        EgressProgress progress = recovered.putAside().get(dispatcher.name());
        if (progress != null) {
          dispatcher.restore(i, progress);
        }
      }
      dispatch(i, recovered.unacknowledged());
      bases.restored(i, recovered.base(), recovered.baseBytes());
    }
    orphans.refuse();
    for (BaseSnapshots.Kept kept : recovery.kept()) {
      bases.added(kept);
    }
    for (Ingress ingress : setup.ingresses()) {
      ingress.splits().forEach(split -> read(ingress, split));
    }
    setup.faults().reached(FaultPoint.BEFORE_TAKEOVER);
    committer.changed();
  }

  /**
   * Makes a node that goes on where the last committed epoch ended.
   *
   * @throws IOException if the snapshot store cannot be read
   */
  static Node recover(Setup setup) throws IOException {
    return new Node(setup);
  }

  private void read(Ingress ingress, Ingress.Split split) {
    read.add(split);
    Partition owner = owners.partition(Address.of(ingress.name(), split.id()));
    worker(owner.index).read(ingress, split, owner);
  }

  /** Begins to read a split that has appeared while the node runs, unless it is read already. */
  void readAlso(Ingress ingress, Ingress.Split split) {
    Partition owner = owners.partition(Address.of(ingress.name(), split.id()));
    if (read.add(split)) {
      Worker reader = worker(owner.index);
      reader.notice(() -> reader.read(ingress, split, owner));
    }
  }

  // Actors

  Worker workerAt(int index) {
    return workers.get(index);
  }

  Collection<Worker> workers() {
    return workers;
  }

  Committer committer() {
    return committer;
  }

  Applier applier() {
    return applier;
  }

  BaseSnapshots bases() {
    return bases;
  }

  List<EgressDispatcher> dispatchers() {
    return dispatchers;
  }

  NodeServices services() {
    return services;
  }

  /** How many committed records their receivers are not known to have. */
  long unacknowledged() {
    return dispatchers.stream().mapToLong(EgressDispatcher::waiting).sum();
  }

  private Worker worker(int partition) {
    return workers.get(owners.worker(partition));
  }

  // From outside

  /** Sends a message; the future completes when it is committed. */
  CompletableFuture<Void> send(Address target, TypedValue value) {
    return send(Message.of(target, null, value));
  }

  /** Sends a message and waits for the reply; the future completes when that is committed. */
  CompletableFuture<TypedValue> request(Address target, TypedValue value) {
    String request = incarnation + "-" + nextRequest.incrementAndGet();
    CompletableFuture<TypedValue> reply = requests.add(request);
    CompletableFuture<Void> unused =
        send(Message.of(target, Requests.address(request), value))
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    reply.completeExceptionally(failure);
                  }
                });
    return reply;
  }

  /** Sends a message, perhaps in the name of a function. */
  CompletableFuture<Void> send(Message message) {
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    notAccepted.add(accepted);
    CompletableFuture<Void> result =
        accepted.whenComplete((done, failure) -> notAccepted.remove(accepted));
    worker(message.target().partition(services.partitions())).accept(message, accepted);
    Throwable cause = gone;
    if (cause != null) {
      accepted.completeExceptionally(cause);
    }
    return result;
  }

  /**
   * Whether everything that has changed is committed, and everything that was sent from outside. A
   * message that no worker has taken yet has changed nothing so far.
   */
  boolean isSettled() {
    return notAccepted.isEmpty() && committer.isIdle();
  }

  /** How many messages from outside wait for the worker of an address. */
  int waitingOutside(Address target) {
    return worker(target.partition(services.partitions())).waitingOutside();
  }

  /** Tells everybody who waits, now or later, that the node is gone. */
  void abandon(Throwable cause) {
    gone = cause;
    notAccepted.forEach(accepted -> accepted.completeExceptionally(cause));
    requests.failAll(cause);
  }

  /** Gives committed records of a partition to those who deliver them. */
  private boolean dispatch(int partition, List<OutgoingRecord> records) {
    boolean any = false;
    if (!records.isEmpty()) {
      for (EgressDispatcher dispatcher : dispatchers) {
        any |= dispatcher.add(partition, records);
      }
      for (OutgoingRecord outgoing : records) {
        if (outgoing.egress().equals(RefusedRecords.EGRESS)) {
          bury(outgoing);
        } else if (services.surroundings().takesRecords()
            && !services.egressNames().contains(outgoing.egress())) {
          services.surroundings().take(outgoing);
          acknowledge(outgoing, () -> {});
        }
      }
    }
    return any;
  }

  private void bury(OutgoingRecord refused) {
    DeadLetter letter = RefusedRecords.deadLetter(refused, services.clock());
    Partition partition = owners.partition(refused.partition());
    acknowledge(refused, () -> partition.addDeadLetter(letter));
  }

  /** Stores that a record has arrived, together with what that means. */
  private void acknowledge(OutgoingRecord outgoing, Runnable change) {
    byte[] key = Keys.acknowledged(outgoing.egress());
    byte[] number = EgressProgress.acknowledged(outgoing.number());
    new Partitions()
        .change(
            outgoing.partition(),
            overlay -> {
              change.run();
              overlay.put(key, number);
            });
  }

  /** The partitions, as the dispatchers see them. */
  private final class Partitions implements EgressDispatcher.Partitions {

    @Override
    public void change(int partition, Consumer<Overlay> change) {
      Overlay overlay = owners.partition(partition).overlay;
      worker(partition)
          .notice(
              () -> {
                change.accept(overlay);
                committer.changedSlightly();
              });
    }

    @Override
    public StateBackend.PartitionStore store(int partition) {
      return owners.partition(partition).overlay.store();
    }

    @Override
    public void refresh() {
      applier.ask();
      listener.wakeApplier();
    }
  }

  private boolean awaitsBackend() {
    return dispatchers.stream().anyMatch(EgressDispatcher::awaitsBackend);
  }

  /** Tells those who wait for an epoch that it is committed. */
  private final class Commits implements Committer.CommitListener {

    @Override
    public void wakeWorkers() {
      for (int i = 0; i < workers.size(); i++) {
        listener.wakeWorker(i);
      }
    }

    @Override
    public void wakeApplier() {
      listener.wakeApplier();
    }

    @Override
    public void committed(long epoch, List<EpochPart> parts, long nanos, long bytes) {
      listener.committed(nanos, bytes);
      bases.committed(BaseSnapshots.Kept.of(epoch, bytes, parts));
      listener.wakeBases();
      boolean records = false;
      for (EpochPart part : parts) {
        for (PartitionEpoch partition : part.partitions) {
          records |= dispatch(partition.partition.index, partition.egress);
        }
        part.positions.forEach(read -> read.split().committed(read.position()));
        notifyWaiting(part);
      }
      if (records || awaitsBackend()) {
        listener.wakeDispatchers();
      }
      listener.wakeApplier();
    }

    private void notifyWaiting(EpochPart part) {
      if (!part.accepted.isEmpty() || !part.replies.isEmpty()) {
        callbacks.execute(
            () -> {
              part.accepted.forEach(accepted -> accepted.complete(null));
              part.replies.forEach(requests::complete);
            });
      }
    }

    @Override
    public boolean holdsUp() {
      for (EgressDispatcher dispatcher : dispatchers) {
        if (dispatcher.holdsUp()) {
          return true;
        }
      }
      return false;
    }

    @Override
    public List<EpochHeader.Need> needs() {
      return bases.needs();
    }
  }

  /** Passes on what the backend holds. */
  private final class Applies implements Applier.AppliedListener {

    @Override
    public void applied(Partition partition, List<Change> changes) {
      if (!changes.isEmpty()) {
        worker(partition.index).notice(() -> partition.applied(changes));
      }
      if (awaitsBackend()) {
        listener.wakeDispatchers();
      }
    }

    @Override
    public void scanned() {
      listener.wakeBases();
    }
  }

  /** Opens the content of partitions for base snapshots. */
  private final class Scans implements BaseSnapshots.ScanSource {

    @Override
    public void request(int partition, BaseSnapshots.Scanned result) {
      applier.scan(owners.partition(partition), result);
      listener.wakeApplier();
    }

    @Override
    public boolean coversAll(Map<BaseSnapshots.RecordSource, Long> records) {
      return records.entrySet().stream()
          .allMatch(entry -> progress(entry.getKey()).covers(entry.getValue()));
    }

    private EgressProgress progress(BaseSnapshots.RecordSource source) {
      return EgressProgress.read(
          owners.partition(source.partition()).overlay.store(), source.egress());
    }

    @Override
    public void putAside() {
      dispatchers.forEach(EgressDispatcher::putAside);
    }
  }

  /**
   * What a node is made of.
   *
   * @param application identifies the application's data, also from earlier data of the same name
   * @param writer identifies this process
   * @param log where epochs are committed
   * @param workers how many workers it has
   * @param scratch makes the scratch of a worker
   * @param callbacks runs what waits for commits
   */
  record Setup(
      NodeServices services,
      String application,
      UUID writer,
      int workers,
      SnapshotStore store,
      EpochLog log,
      StateBackend backend,
      List<Ingress> ingresses,
      Map<TypeName, Egress> egresses,
      IntFunction<Scratch> scratch,
      Executor callbacks,
      FaultPoint.Listener faults,
      NodeListener listener) {}

  /** Wakes the actors, and hears of commits. */
  interface NodeListener {

    /** A worker has something to do. */
    default void wakeWorker(int worker) {}

    /** The committer has something to do. */
    default void wakeCommitter() {}

    /** The applier has something to do. */
    default void wakeApplier() {}

    /** The base snapshots have something to do. */
    default void wakeBases() {}

    /** The dispatchers have something to do. */
    default void wakeDispatchers() {}

    /** An epoch of so many bytes is committed, so many nanoseconds after its barrier. */
    default void committed(long nanos, long bytes) {}
  }
}
