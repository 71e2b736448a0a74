/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.EpochLog;
import io.statefun.cluster.Inbox;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.ChunkPool;
import io.statefun.snapshot.EpochHeader;
import io.statefun.snapshot.EpochId;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.Change;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node, without threads: its actors take steps when they are told to, by threads or by a
 * simulation. Made by {@link #recover}, which brings back what was committed.
 */
final class Node {

  private final Setup setup;
  private final NodeServices services;
  private final BaseStore baseStore;
  private final ChunkPool chunks;
  private final List<Worker> workers = new ArrayList<>();
  private final List<EgressDispatcher> dispatchers = new ArrayList<>();
  private final PartitionOwners owners;
  private final Committer committer;
  private final Applier applier;
  private final BaseSnapshots bases;
  private final Savepoints savepoints;
  private final Requests requests = new Requests();
  private final QueryDesk queries;
  private final Executor callbacks;
  private final NodeListener listener;
  private final AtomicLong nextRequest = new AtomicLong();
  private final Set<CompletableFuture<Void>> notAccepted = ConcurrentHashMap.newKeySet();

  /** The numbers of the partitions that read splits. */
  private final Map<SplitName, Integer> read = new ConcurrentHashMap<>();

  /** The ends of inboxes of partitions apart, when they were asked for; seen by one thread. */
  private Map<Integer, Long> inboxEnds = Map.of();

  private volatile @Nullable Throwable gone;

  /** Completes when partitions have come or left that do at the moment. */
  private volatile @Nullable CompletableFuture<Void> changing;

  private final String incarnation;

  private Node(Setup setup) throws IOException {
    this.setup = setup;
    this.services = setup.services();
    this.callbacks = setup.callbacks();
    this.listener = setup.listener();
    this.incarnation = setup.writer().toString();
    this.baseStore = new BaseStore(setup.store());
    this.chunks = new ChunkPool(services.limits().maxUnappliedBytes() / 2);
    this.owners = new PartitionOwners(services.partitions());
    Recovery recovery =
        new Recovery(setup.log(), baseStore, setup.backend(), setup.initialPartitions());
    long epoch = recovery.lastEpoch() + 1;
    this.applier =
        new Applier(services, chunks, recovery.lastEpoch(), setup.faults(), new Applies());
    this.bases =
        new BaseSnapshots(
            services,
            setup.log(),
            baseStore,
            setup.faults(),
            new Scans(),
            incarnation.substring(0, 8));
    int egresses = Math.max(1, setup.egresses().size());
    int recordsInMemory = Math.max(1, services.limits().maxUnacknowledgedRecords() / egresses);
    this.committer =
        new Committer(
            services,
            setup.application(),
            owners,
            setup.workers(),
            recordsInMemory,
            epoch,
            setup.log(),
            setup.faults(),
            applier,
            new Commits(),
            listener::wakeCommitter);
    this.savepoints = savepoints(new SavepointStore(setup.store()));
    this.queries = new QueryDesk(services, owners, applier, listener::wakeApplier, setup.queries());
    Channels channels = new Channels(setup.workers(), listener::wakeWorker);
    for (int i = 0; i < setup.workers(); i++) {
      workers.add(
          new Worker(
              i,
              services,
              committer,
              channels,
              owners,
              queries,
              setup.scratch().apply(i),
              epoch,
              setup.application() + '-' + incarnation.substring(0, 8)));
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
    services.functions().all().forEach(type -> type.load.restart());
    Newcomers initial = bring(setup.initialPartitions(), recovery);
    owners.change(initial.routes());
    owners.change(initial.routes().admitting(nearlyRead()));
    committer.beginAfterSavepoint(initial.newestSavepoint());
    settle();
    workers.forEach(Worker::begin);
    initial.recovered().forEach(this::deliverRest);
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

  // Partitions that come and leave

  /**
   * Has partitions come that no other node has any more: brings back their state, while all others
   * go on, and takes them up between two epochs.
   *
   * <p>Called by one thread at a time, which does nothing of the kind before the change is done.
   * Afterwards, {@link #settle} is to be called until it succeeds.
   *
   * @return completes when the node has them; exceptionally if it ends before
   * @throws IOException if their state cannot be brought back at the moment
   */
  CompletableFuture<Void> join(Set<Integer> partitions) throws IOException {
    Recovery recovery = new Recovery(setup.log(), baseStore, setup.backend(), partitions);
    Newcomers newcomers = bring(partitions, recovery);
    inboxEnds = Map.of();
    return change(newcomers.routes(), recovery.lastEpoch(), newcomers.newestSavepoint())
        .thenRun(() -> newcomers.recovered().forEach(this::deliverRest));
  }

  /**
   * Has partitions leave between two epochs. What they have changed is committed by then.
   *
   * <p>Called as {@link #join} is, by the same thread.
   *
   * @return completes when another node may have them; exceptionally if this one ends before
   */
  CompletableFuture<Void> leave(Set<Integer> partitions) {
    List<Partition> leaving = partitions.stream().map(owners.routes()::partition).toList();
    CompletableFuture<Void> dropped = new CompletableFuture<>();
    return change(owners.routes().without(partitions), 0, 0)
        .thenRun(
            () -> {
              leaving.forEach(this::forget);
              applier.drop(leaving, dropped);
              listener.wakeApplier();
              listener.wakeBases();
            })
        .thenCompose(done -> dropped);
  }

  /**
   * Reads splits that have appeared while partitions were coming, and finds out how far inboxes
   * have to be read before those who were admitted hand over messages directly.
   *
   * @throws IOException if that is not known at the moment
   */
  void settle() throws IOException {
    readAll();
    Routes routes = owners.routes();
    Set<Integer> unknown = routes.numbers();
    unknown.removeIf(number -> routes.merge(number).isEndKnown());
    if (!unknown.isEmpty()) {
      expect(routes, setup.log().inboxEnds(unknown));
      // They may have read as far already, and rest.
      for (int worker = 0; worker < workers.size(); worker++) {
        listener.wakeWorker(worker);
      }
    }
  }

  private static void expect(Routes routes, Map<Integer, Long> ends) {
    for (int number : routes.numbers()) {
      Merge merge = routes.merge(number);
      if (!merge.isEndKnown()) {
        merge.expect(ends.getOrDefault(number, 0L));
      }
    }
  }

  /** Whether all messages between the node's partitions are handed over directly. */
  boolean isWhole() {
    return owners.routes().isWhole();
  }

  /**
   * Admits partitions to hand over messages directly to those whose inboxes are nearly read, with
   * the end of an epoch. To be called again and again until the node {@link #isWhole}.
   *
   * <p>Called as {@link #join} is, by the same thread; {@link #settle} is to be called afterwards.
   *
   * @return completes when that is done; exceptionally if the node ends before
   * @throws IOException if it is not known at the moment how full inboxes are
   */
  CompletableFuture<Void> merge() throws IOException {
    Set<Integer> near = nearlyRead();
    return near.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : change(owners.routes().admitting(near), 0, 0);
  }

  /**
   * The partitions to which others are to be admitted, and whose inboxes are read to the end, or as
   * far as they were filled when this was asked before: so nobody will have to wait for longer than
   * it takes from one question to the next.
   */
  private Set<Integer> nearlyRead() throws IOException {
    Routes routes = owners.routes();
    Set<Integer> near = routes.apart();
    if (!near.isEmpty()) {
      Map<Integer, Long> before = inboxEnds;
      Map<Integer, Long> ends = setup.log().inboxEnds(near);
      inboxEnds = ends;
      near.removeIf(
          number -> {
            long end = ends.getOrDefault(number, 0L);
            long enough = Math.min(end, before.getOrDefault(number, end));
            return routes.partition(number).inboxPosition() < enough;
          });
    }
    return near;
  }

  boolean hasPartitions() {
    return owners.routes().size() > 0;
  }

  /** The numbers of the partitions that the node has. */
  Set<Integer> partitions() {
    return owners.routes().numbers();
  }

  /** How much waits in the partitions that the node has, by their number. */
  List<PartitionLoad> partitionLoads() {
    Routes routes = owners.routes();
    return routes.numbers().stream()
        .map(
            number ->
                new PartitionLoad(
                    number,
                    routes.worker(number),
                    owners.backlog(number),
                    routes.partition(number).deadLetters.count()))
        .toList();
  }

  private CompletableFuture<Void> change(Routes next, long lastEpoch, long newestSavepoint) {
    CompletableFuture<Void> committed = new CompletableFuture<>();
    changing = committed;
    Throwable cause = gone;
    if (cause != null) {
      committed.completeExceptionally(cause);
    } else {
      committer.change(new Committer.Change(next, lastEpoch, newestSavepoint, committed));
    }
    return committed;
  }

  private Newcomers bring(Set<Integer> partitions, Recovery recovery) throws IOException {
    Routes routes = owners.routes();
    Map<Integer, Integer> chosen = routes.spread(partitions, workers.size());
    OrphanedRecords orphans =
        new OrphanedRecords(setup.egresses().keySet(), services.surroundings());
    List<Partition> newcomers = new ArrayList<>();
    Map<Integer, Recovery.Recovered> all = recovery.recover(partitions, setup.restorers());
    for (Map.Entry<Integer, Integer> choice : chosen.entrySet()) {
      int number = choice.getKey();
      Recovery.Recovered recovered = Objects.requireNonNull(all.get(number));
      orphans.lookAt(recovered);
      Partition partition =
          new Partition(
              number,
              recovered.store(),
              setup.inboxes().apply(number),
              setup.scratch().apply(choice.getValue()),
              chunks,
              services.transactional(),
              services.deadLetterEgress(),
              setup.log().largestMessage(),
              services.limits().mailboxCapacity());
      partition.restore(recovered.pending());
      savepoints.writer().came(number, partition.savepoint());
      newcomers.add(partition);
    }
    orphans.refuse();
    for (Partition newcomer : newcomers) {
      addSplits(newcomer);
    }
    all.forEach(
        (number, recovered) ->
            bases.joined(number, recovered.base(), recovered.baseBytes(), recovered.history()));
    long newestSavepoint = newcomers.stream().mapToLong(Partition::savepoint).max().orElse(0);
    return new Newcomers(routes.with(newcomers, chosen), all, newestSavepoint);
  }

  private void addSplits(Partition newcomer) {
    for (Ingress ingress : setup.ingresses()) {
      for (Ingress.Split split : ingress.splits()) {
        if (reader(ingress, split) == newcomer.index
            && read.putIfAbsent(SplitName.of(ingress, split), newcomer.index) == null) {
          newcomer.splits.add(new Partition.IngressSplit(ingress, split));
        }
      }
    }
  }

  private int reader(Ingress ingress, Ingress.Split split) {
    return ingress.reader(split, services.partitions());
  }

  /** Delivers what may not have arrived when the partition was elsewhere. */
  private void deliverRest(int number, Recovery.Recovered recovered) {
    for (EgressDispatcher dispatcher : dispatchers) {
      EgressProgress progress = recovered.putAside().get(dispatcher.name());
      if (progress != null) {
        dispatcher.restore(number, progress);
      }
    }
    dispatch(number, recovered.unacknowledged());
    listener.wakeDispatchers();
  }

  private void forget(Partition partition) {
    partition.leave();
    bases.left(partition.index);
    savepoints.writer().left(partition.index);
    dispatchers.forEach(dispatcher -> dispatcher.forget(partition.index));
    read.values().removeIf(reader -> reader == partition.index);
    callbacks.execute(
        () ->
            requests.fail(
                partition.index,
                new IllegalStateException(
                    "The partition to which the reply comes has gone to another process; whether the"
                        + " request was handled is not known")));
  }

  /** Reads splits that have appeared while the partitions that read them were coming. */
  private void readAll() {
    setup
        .ingresses()
        .forEach(ingress -> ingress.splits().forEach(split -> readAlso(ingress, split)));
  }

  /** Begins to read a split that has appeared, unless it is read already, or elsewhere. */
  void readAlso(Ingress ingress, Ingress.Split split) {
    Routes routes = owners.routes();
    Partition owner = routes.find(reader(ingress, split));
    if (owner != null && read.putIfAbsent(SplitName.of(ingress, split), owner.index) == null) {
      workers.get(routes.worker(owner.index)).readAlso(ingress, split, owner);
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

  Savepoints savepoints() {
    return savepoints;
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

  /** The worker that takes a message from outside. */
  private Worker worker(Routes routes, Address target) {
    int number = routes.nearest(target.partition(services.partitions()));
    return workers.get(routes.worker(number));
  }

  // Savepoints

  private Savepoints savepoints(SavepointStore store) {
    return new Savepoints(
        services,
        new SavepointWriter(store, setup.faults(), incarnation.substring(0, 8)),
        new SavepointCoordinator(services, setup.name(), owners, committer, store, setup.faults()));
  }

  /**
   * Asks for a savepoint of the whole application, which is complete some time later, unless the
   * request is lost with a process that ends.
   *
   * @param request the savepoint will have it
   * @throws IllegalStateException if the node has no partitions at the moment
   */
  void requestSavepoint(String request) {
    Routes routes = owners.routes();
    if (routes.has(0)) {
      savepoints.coordinator().request(request);
      listener.wakeSavepoints();
      return;
    }
    Partition any = routes.partition(routes.nearest(0));
    workers
        .get(routes.worker(any.index))
        .noticeFor(
            any,
            () -> {
              any.postRequest(request);
              committer.changed();
            });
  }

  // From outside

  /** Sends a message and waits for the reply; the future completes when that is committed. */
  CompletableFuture<TypedValue> request(Address to, TypedValue value) {
    Address target = services.functions().stored(to);
    Map<String, byte[]> headers = services.headersFromOutside();
    return request(target, back -> Message.of(target, back, value, headers));
  }

  /**
   * Asks or tells the partition of an instance; the future completes with the answer when that is
   * committed.
   */
  CompletableFuture<TypedValue> ask(Address to, Control control) {
    Address target = services.functions().stored(to);
    Map<String, byte[]> headers =
        control instanceof Control.Call ? services.headersFromOutside() : Map.of();
    return request(target, back -> Control.message(target, back, control, headers));
  }

  /** What answers queries from what is committed here. */
  QueryDesk queries() {
    return queries;
  }

  /**
   * Has a query answered, wherever the instance is; from what is committed, without a message if
   * that is here. An answer from elsewhere may be lost, so that the future never completes.
   */
  CompletableFuture<TypedValue> query(Address to, TypedValue query) {
    Address target = services.functions().stored(to);
    return here(
        target.partition(services.partitions()),
        () -> queries.query(target, query),
        () -> ask(target, new Control.Query(query)));
  }

  /** Goes through instances of a partition, wherever that is, as {@link #query} does. */
  CompletableFuture<StateScan.Step> scan(int partition, StateScan scan) {
    return here(
        partition,
        () -> queries.scan(partition, scan),
        () ->
            Requests.then(
                ask(Control.partition(partition, services.partitions()), new Control.Scan(scan)),
                answer -> StateScan.Step.read(answer.bytes())));
  }

  /** Whether a partition is here. */
  boolean has(int partition) {
    return owners.routes().has(partition);
  }

  private <T> CompletableFuture<T> here(
      int partition,
      Supplier<CompletableFuture<T>> here,
      Supplier<CompletableFuture<T>> elsewhere) {
    if (!owners.routes().has(partition)) {
      return elsewhere.get();
    }
    return here.get()
        .exceptionallyCompose(
            failure ->
                failure instanceof QueryDesk.MovedException && hasPartitions()
                    ? elsewhere.get()
                    : CompletableFuture.failedFuture(failure));
  }

  /** What nobody outside can guess, and no other request has. */
  String newNonce() {
    return incarnation + "-" + nextRequest.incrementAndGet();
  }

  private CompletableFuture<TypedValue> request(
      Address target, Function<Address, Message> message) {
    String request = newNonce();
    int nearest = owners.routes().nearest(target.partition(services.partitions()));
    CompletableFuture<TypedValue> reply = requests.add(nearest, request);
    CompletableFuture<Void> unused =
        send(message.apply(Requests.address(nearest, request)))
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    reply.completeExceptionally(failure);
                  }
                });
    return reply;
  }

  /**
   * Sends a message, perhaps in the name of a function.
   *
   * @throws IllegalStateException if the node has no partitions at the moment
   */
  CompletableFuture<Void> send(Message message) {
    Worker worker = worker(owners.routes(), message.target());
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    notAccepted.add(accepted);
    CompletableFuture<Void> result =
        accepted.whenComplete((done, failure) -> notAccepted.remove(accepted));
    worker.accept(message, accepted);
    Throwable cause = gone;
    if (cause != null) {
      accepted.completeExceptionally(cause);
    }
    return result;
  }

  /**
   * Whether everything that has changed is committed, or at least what has in an epoch, and
   * everything that was sent from outside. A message that no worker has taken yet has changed
   * nothing so far.
   */
  boolean isSettled(long epoch) {
    return notAccepted.isEmpty() && (committer.committed() >= epoch || committer.isIdle());
  }

  /** How many messages from outside wait for the worker of an address. */
  int waitingOutside(Address target) {
    return worker(owners.routes(), target).waitingOutside();
  }

  boolean isGone() {
    return gone != null;
  }

  /** Tells everybody who waits, now or later, that the node is gone. */
  void abandon(Throwable cause) {
    queries.close();
    gone = cause;
    notAccepted.forEach(accepted -> accepted.completeExceptionally(cause));
    requests.failAll(cause);
    CompletableFuture<Void> change = changing;
    if (change != null) {
      change.completeExceptionally(cause);
    }
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
    Partition partition = owners.routes().find(refused.partition());
    if (partition != null) {
      services.functions().meter(null).deadLetter();
      TypeName refusedBy = RefusedRecords.refusedBy(refused);
      acknowledge(refused, () -> partition.addDeadLetter(letter, refusedBy));
    }
  }

  /** Stores that a record has arrived, together with what that means. */
  private void acknowledge(OutgoingRecord outgoing, Runnable change) {
    byte[] key = Keys.acknowledged(outgoing.egress());
    byte[] number = EgressProgress.acknowledged(outgoing.number());
    new Partitions()
        .change(
            outgoing.partition(),
            owner -> {
              change.run();
              owner.overlay.put(key, number);
            });
  }

  /** The partitions, as the dispatchers see them. */
  private final class Partitions implements EgressDispatcher.Partitions {

    @Override
    public void change(int number, Consumer<Partition> change) {
      Routes routes = owners.routes();
      Partition partition = routes.find(number);
      if (partition != null) {
        workers
            .get(routes.worker(number))
            .noticeFor(
                partition,
                () -> {
                  change.accept(partition);
                  committer.changedSlightly();
                });
      }
    }

    @Override
    public StateBackend.PartitionStore store(int number) {
      return setup.backend().open(number);
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
    public void committed(
        EpochId epoch,
        List<EpochHeader.Need> needs,
        List<EpochPart> parts,
        EngineListener.Commit commit) {
      listener.committed(commit);
      bases.committed(BaseSnapshots.Kept.of(epoch, commit.bytes(), parts), needs);
      listener.wakeBases();
      if (parts.get(0).savepoint > 0) {
        savepoints.writer().committed(epoch, parts);
        listener.wakeSavepoints();
      }
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
    public void beginSavepoint() {
      dispatchers.forEach(EgressDispatcher::putAside);
    }

    @Override
    public void savepointPassed(long number, int partition) {
      savepoints.writer().passed(number, partition);
      listener.wakeSavepoints();
    }

    @Override
    public void savepointRequested(String request) {
      savepoints.coordinator().request(request);
      listener.wakeSavepoints();
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
    public List<EpochHeader.Need> needs(List<Integer> partitions) {
      return bases.needs(partitions);
    }
  }

  /** Passes on what the backend holds. */
  private final class Applies implements Applier.AppliedListener {

    @Override
    public void applied(Partition partition, List<Change> changes) {
      if (!changes.isEmpty()) {
        Routes routes = owners.routes();
        if (routes.find(partition.index) == partition) {
          workers.get(routes.worker(partition.index)).notice(() -> partition.applied(changes));
        }
      }
      if (awaitsBackend()) {
        listener.wakeDispatchers();
      }
    }

    @Override
    public void scanned() {
      listener.wakeBases();
    }

    @Override
    public void savepointOpened(long number, Map<Integer, StateBackend.Cursor> contents) {
      savepoints.writer().opened(number, contents);
      listener.wakeSavepoints();
    }
  }

  /** Opens the content of partitions for base snapshots. */
  private final class Scans implements BaseSnapshots.ScanSource {

    @Override
    public void request(int number, BaseSnapshots.Scanned result) {
      Partition partition = owners.routes().find(number);
      if (partition == null) {
        result.refused = true;
        return;
      }
      applier.scan(partition, result);
      listener.wakeApplier();
    }

    @Override
    public boolean coversAll(Map<BaseSnapshots.RecordSource, Long> records) {
      return records.entrySet().stream()
          .allMatch(entry -> progress(entry.getKey()).covers(entry.getValue()));
    }

    private EgressProgress progress(BaseSnapshots.RecordSource source) {
      return EgressProgress.read(setup.backend().open(source.partition()), source.egress());
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
   * @param name the application's name
   * @param writer identifies this process
   * @param log where epochs are committed
   * @param initialPartitions the partitions that it has from the beginning
   * @param inboxes where messages of other nodes come, by partition
   * @param workers how many workers it has
   * @param scratch makes the scratch of a worker
   * @param callbacks runs what waits for commits
   * @param restorers bring back partitions, several at a time if it lets them
   * @param queries answer queries
   */
  record Setup(
      NodeServices services,
      String application,
      String name,
      UUID writer,
      Set<Integer> initialPartitions,
      IntFunction<Inbox> inboxes,
      int workers,
      SnapshotStore store,
      EpochLog log,
      StateBackend backend,
      List<Ingress> ingresses,
      Map<TypeName, Egress> egresses,
      IntFunction<Scratch> scratch,
      Executor callbacks,
      Executor restorers,
      QueryDesk.Threads queries,
      FaultPoint.Listener faults,
      NodeListener listener) {

    /** A node that answers queries at once. */
    Setup(
        NodeServices services,
        String application,
        String name,
        UUID writer,
        Set<Integer> initialPartitions,
        IntFunction<Inbox> inboxes,
        int workers,
        SnapshotStore store,
        EpochLog log,
        StateBackend backend,
        List<Ingress> ingresses,
        Map<TypeName, Egress> egresses,
        IntFunction<Scratch> scratch,
        Executor callbacks,
        Executor restorers,
        FaultPoint.Listener faults,
        NodeListener listener) {
      this(
          services,
          application,
          name,
          writer,
          initialPartitions,
          inboxes,
          workers,
          store,
          log,
          backend,
          ingresses,
          egresses,
          scratch,
          callbacks,
          restorers,
          QueryDesk.Threads.NONE,
          faults,
          listener);
    }
  }

  /** Which split it is, whatever object stands for it. */
  private record SplitName(TypeName ingress, String split) {

    static SplitName of(Ingress ingress, Ingress.Split split) {
      return new SplitName(ingress.name(), split.id());
    }
  }

  private record Newcomers(
      Routes routes, Map<Integer, Recovery.Recovered> recovered, long newestSavepoint) {}

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

    /** The savepoints have something to do. */
    default void wakeSavepoints() {}

    /** The dispatchers have something to do. */
    default void wakeDispatchers() {}

    /** An epoch is committed. */
    default void committed(EngineListener.Commit commit) {}
  }
}
