/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochLog;
import io.statefun.snapshot.EpochWriter;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.Change;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

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
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private final AtomicLong nextRequest = new AtomicLong();
  private final String incarnation;

  private Node(Setup setup) throws IOException {
    this.services = setup.services();
    this.callbacks = setup.callbacks();
    this.listener = setup.listener();
    UUID writer = setup.writer();
    this.incarnation = writer.toString();
    EpochLog log = new EpochLog(setup.store(), writer);
    BaseStore baseStore = new BaseStore(setup.store());
    Recovery recovery = new Recovery(log, baseStore, setup.backend());
    long epoch = recovery.lastEpoch() + 1;
    int count = services.partitions();
    this.owners = new PartitionOwners(count, setup.workers());
    Channels channels = new Channels(setup.workers(), listener::wakeWorker);
    this.applier = new Applier(services, recovery.lastEpoch(), setup.faults(), new Applies());
    this.bases =
        new BaseSnapshots(
            services, log, baseStore, setup.faults(), new Scans(), incarnation.substring(0, 8));
    this.committer =
        new Committer(
            services,
            setup.workers(),
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
              setup.faults(),
              this::acknowledge,
              unacknowledged,
              listener::wakeDispatchers));
    }
    int perPartition = Math.max(1, services.limits().maxInstancesInMemory() / count);
    for (int i = 0; i < count; i++) {
      Recovery.Recovered recovered = recovery.recover(i);
      Partition partition =
          new Partition(
              i,
              recovered.store(),
              services.functions(),
              setup.scratch().apply(owners.worker(i)),
              perPartition);
      partition.restore(epoch, recovered.pending());
      owners.set(partition);
      worker(i).own(partition);
      recovered.unacknowledged().forEach(this::dispatch);
      bases.restored(i, recovered.base(), recovered.baseBytes());
    }
    for (BaseSnapshots.Kept kept : recovery.kept()) {
      bases.added(kept);
    }
    for (Ingress ingress : setup.ingresses()) {
      for (Ingress.Split split : ingress.splits()) {
        Address place = Address.of(ingress.name(), split.id());
        Partition owner = owners.partition(place);
        worker(owner.index).read(ingress, split, owner);
      }
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

  int unacknowledged() {
    return unacknowledged.get();
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
    worker(message.target().partition(services.partitions())).accept(message, accepted);
    return accepted;
  }

  /** How many messages from outside wait for the worker of an address. */
  int waitingOutside(Address target) {
    return worker(target.partition(services.partitions())).waitingOutside();
  }

  /** Tells everybody who waits that the node is gone. */
  void abandon(Throwable cause) {
    requests.failAll(cause);
  }

  private void acknowledge(int partition, byte[] key, byte[] value) {
    Partition target = owners.partition(partition);
    worker(partition).notice(() -> target.overlay.put(key, value));
  }

  private void dispatch(OutgoingRecord outgoing) {
    for (EgressDispatcher dispatcher : dispatchers) {
      if (dispatcher.name().equals(outgoing.egress())) {
        dispatcher.add(outgoing);
        return;
      }
    }
    if (services.surroundings().takesRecords()) {
      services.surroundings().take(outgoing);
      byte[] number = new ByteWriter(10).writeVarLong(outgoing.number()).toByteArray();
      acknowledge(outgoing.partition(), Keys.acknowledged(outgoing.egress()), number);
    }
  }

  /** Tells those who wait for an epoch that it is committed. */
  private final class Commits implements Committer.CommitListener {

    @Override
    public void raised() {
      for (int i = 0; i < workers.size(); i++) {
        listener.wakeWorker(i);
      }
    }

    @Override
    public void committed(long epoch, List<EpochPart> parts, long nanos, long bytes) {
      bases.added(BaseSnapshots.Kept.of(epoch, bytes, parts));
      listener.wakeBases();
      boolean records = false;
      for (EpochPart part : parts) {
        for (PartitionEpoch partition : part.partitions) {
          partition.egress.forEach(Node.this::dispatch);
          records |= !partition.egress.isEmpty();
        }
        part.positions.forEach(read -> read.split().committed(read.position()));
        notifyWaiting(part);
      }
      if (records) {
        listener.wakeDispatchers();
      }
      listener.wakeApplier();
      listener.committed(nanos, bytes);
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
    public List<EpochWriter.Need> needs() {
      return bases.needs();
    }

    @Override
    public int unacknowledged() {
      return unacknowledged.get();
    }
  }

  /** Passes on what the backend holds. */
  private final class Applies implements Applier.AppliedListener {

    @Override
    public void applied(Partition partition, List<Change> changes) {
      worker(partition.index).notice(() -> partition.applied(changes));
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
      applier.scan(owners.partition(partition).overlay.store(), result);
      listener.wakeApplier();
    }

    @Override
    public boolean allArrived(Map<BaseSnapshots.RecordSource, Long> records) {
      return records.entrySet().stream()
          .allMatch(
              entry ->
                  BaseSnapshots.hasArrived(
                      owners.partition(entry.getKey().partition()).overlay.store(),
                      entry.getKey().egress(),
                      entry.getValue()));
    }
  }

  /**
   * What a node is made of.
   *
   * @param writer identifies this process
   * @param workers how many workers it has
   * @param scratch makes the scratch of a worker
   * @param callbacks runs what waits for commits
   */
  record Setup(
      NodeServices services,
      UUID writer,
      int workers,
      SnapshotStore store,
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
