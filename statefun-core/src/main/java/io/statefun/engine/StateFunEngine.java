/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.cluster.EpochLog;
import io.statefun.cluster.Inbox;
import io.statefun.cluster.MessageLog;
import io.statefun.cluster.StoreEpochLog;
import io.statefun.cluster.TransactionalEpochLog;
import io.statefun.io.DeadLetterHeaders;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.io.RefusedRecordsException;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.ApplicationRecord;
import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.EpochReaders;
import io.statefun.snapshot.FaultPoint;
import io.statefun.snapshot.FencedException;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.StateBackend;
import io.statefun.trace.Tracing;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine: runs stateful functions in this process, with exactly-once state, messages and timers.
 *
 * <pre>{@code
 * StateFunEngine engine = StateFunEngine.builder("shop")
 *     .snapshotStore(FileSnapshotStore.open(folder, "shop"))
 *     .stateBackend(application -> RocksDbBackend.in(localFolder).open())
 *     .function(new CartFunction())
 *     .build();
 * engine.start();
 * engine.send(Address.of("shop/cart", "42"), new ItemAdded("book")).join();
 * }</pre>
 *
 * <p>Once started it runs until it is closed, or fails: then {@link #status} says why, and every
 * call fails. All methods may be called by any thread.
 */
public final class StateFunEngine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StateFunEngine.class);

  /** How many partitions are brought back at a time. */
  private static final int RESTORERS = 4;

  private static final long JOIN_MILLIS = 10_000;

  private final Builder settings;
  private final MessageTypes types;
  private final NodeServices services;

  private volatile EngineStatus.State state = EngineStatus.State.NEW;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable RunningNode running;
  private volatile @Nullable StateBackend backend;
  private @Nullable ExecutorService callbacks;
  private @Nullable ExecutorService restorers;
  private @Nullable ExecutorService queryThreads;
  private @Nullable ExecutorService fetchers;
  private @Nullable Ownership ownership;

  /** Sends while there are no partitions; null without a log that the process takes part in. */
  private volatile @Nullable Outsider outsider;

  private @Nullable Standby standby;
  private @Nullable ActorThread standbyThread;

  private StateFunEngine(Builder settings) {
    this.settings = settings;
    this.types = settings.types;
    this.services = settings.services(Surroundings.NOTHING);
  }

  /**
   * Begins an engine.
   *
   * @param applicationName the application's name, stored with its data
   */
  public static Builder builder(String applicationName) {
    return new Builder(applicationName);
  }

  /**
   * Brings back what was committed and begins to handle messages.
   *
   * <p>With a message log, which another process of the application may own, it returns as well
   * when it {@linkplain EngineStatus.State#STANDBY stands by} for that.
   *
   * @throws EngineStartException if that is not possible; it says what to do
   * @throws IllegalStateException if the engine was started before
   */
  public void start() {
    synchronized (this) {
      if (state != EngineStatus.State.NEW) {
        throw new IllegalStateException("An engine can be started once");
      }
      state = EngineStatus.State.STANDBY;
    }
    try {
      backend = settings.openBackend();
      callbacks = Executors.newSingleThreadExecutor(task -> new Thread(task, "statefun-callbacks"));
      restorers = threads("statefun-restore", RESTORERS);
      queryThreads = queryThreads();
      watchIngresses();
      MessageLog log = settings.log;
      Bootstrap bootstrap = settings.bootstrap;
      if (bootstrap != null) {
        var unused = bring(bootstrap);
      }
      if (log == null) {
        run(null, IntStream.range(0, settings.partitions).boxed().collect(Collectors.toSet()));
        awaitTakeover();
      } else {
        // Apart from the others, so that what takes long holds up nothing that is about to come.
        fetchers = threads("statefun-fetch", RESTORERS);
        Ownership joined = new Ownership(log, new Turns(), standBy(log), fetchers);
        ownership = joined;
        joined.join(settings.partitions);
        outsider = new Outsider(log, services);
      }
    } catch (IOException | RefusedRecordsException | RuntimeException e) {
      throw startFailure(e);
    }
  }

  private Standby standBy(MessageLog log) {
    Standby made =
        new Standby(
            log,
            settings.readers(),
            new BaseStore(settings.store()),
            Objects.requireNonNull(backend),
            settings.partitions,
            settings.clock,
            settings.standbyInterval);
    ActorThread thread =
        new ActorThread(
            "statefun-standby", made::step, made::nextWakeUp, settings.clock::millis, this::fail);
    standby = made;
    standbyThread = thread;
    thread.start();
    return made;
  }

  /** Threads that end when there is nothing to do. */
  private static ExecutorService threads(String name, int count) {
    return threads(count, task -> new Thread(task, name));
  }

  /** A handler that hangs must not keep the process. */
  private ExecutorService queryThreads() {
    return threads(
        settings.queries.threads(),
        task -> {
          Thread thread = new Thread(task, "statefun-query");
          thread.setDaemon(true);
          return thread;
        });
  }

  private static ExecutorService threads(int count, ThreadFactory factory) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count, count, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private EngineStartException startFailure(Exception cause) {
    state = EngineStatus.State.FAILED;
    failure = cause;
    release();
    if (cause instanceof EngineStartException known) {
      return known;
    }
    if (cause instanceof NewerFormatException newer) {
      return new EngineStartException(newer.description(), newer.action(), newer);
    }
    return new EngineStartException(
        "The state of application '"
            + settings.name
            + "' cannot be brought back: "
            + cause.getMessage()
            + ".",
        "Look at the cause; nothing that was committed is lost.",
        cause);
  }

  /** Brings back what was committed, and goes on from there. */
  private void run(MessageLog.@Nullable Turn of, Set<Integer> partitions) throws IOException {
    ExecutorService executor = Objects.requireNonNull(callbacks);
    StateBackend opened = Objects.requireNonNull(backend);
    Ownership joined = ownership;
    int turn = joined == null ? 0 : joined.turn();
    RunningNode node =
        new RunningNode(
            listener ->
                settings.setup(
                    services,
                    of,
                    partitions,
                    settings.workers,
                    opened,
                    executor,
                    Objects.requireNonNull(restorers),
                    new QueryDesk.Threads(
                        Objects.requireNonNull(queryThreads), settings.queries.capacity()),
                    listener),
            settings.clock::millis,
            executor,
            settings.listener,
            cause -> fail(turn, cause));
    warnOfDiscarded(node.node());
    synchronized (this) {
      if (state == EngineStatus.State.STANDBY) {
        running = node;
        state = EngineStatus.State.RUNNING;
        node.start();
      }
    }
  }

  /** What this process does depends on what it owns. */
  private final class Turns implements Ownership.Turns {

    @Override
    public void gain(MessageLog.Turn turn, Set<Integer> partitions, BooleanSupplier lasts)
        throws IOException {
      RunningNode node = running;
      if (node == null) {
        run(turn, partitions);
      } else {
        node.join(partitions, lasts);
      }
      failure = null;
    }

    @Override
    public void leave(Set<Integer> partitions, BooleanSupplier lasts) throws IOException {
      RunningNode node = running;
      if (node != null) {
        node.leave(partitions, lasts);
      }
    }

    @Override
    public boolean merge(BooleanSupplier lasts) throws IOException {
      RunningNode node = running;
      return node != null && node.merge(lasts);
    }

    @Override
    public void gained(int partitions, long nanos) {
      settings.listener.gained(partitions, nanos);
    }

    @Override
    public void left(int partitions, long nanos) {
      settings.listener.left(partitions, nanos);
    }

    @Override
    public void delayed(Throwable why) {
      failure = why;
    }

    @Override
    public void end(Throwable why) {
      RunningNode node;
      synchronized (StateFunEngine.this) {
        node = running;
        if (state == EngineStatus.State.RUNNING) {
          state = EngineStatus.State.STANDBY;
        }
        if (state == EngineStatus.State.STANDBY) {
          failure = null;
        }
        running = null;
      }
      if (node != null) {
        settings.listener.lost(node.node().partitions().size());
        services.savepoints().left();
        LOG.warn(
            "Application '{}' is no longer run by this process, which drops what is not committed:"
                + " {}",
            settings.name,
            why.getMessage());
        node.end();
        node.abandon(why);
      }
    }

    @Override
    public void appeared(Ingress ingress, Ingress.Split split) {
      RunningNode node = running;
      if (node != null) {
        node.read(ingress, split);
      }
    }

    @Override
    public void failed(Throwable cause) {
      fail(cause);
    }
  }

  private void watchIngresses() {
    for (Ingress ingress : settings.allIngresses()) {
      ingress.watch(
          split -> {
            Ownership joined = ownership;
            RunningNode node = running;
            if (joined != null) {
              joined.appeared(ingress, split);
            } else if (node != null) {
              node.read(ingress, split);
            }
          });
    }
  }

  private void warnOfDiscarded(Node recovered) {
    for (EgressDispatcher dispatcher : recovered.dispatchers()) {
      if (settings.discarded.contains(dispatcher.name())) {
        LOG.warn(
            "{} records for egress '{}' are discarded, as the configuration says; nobody will get"
                + " them. It need not say so any more after this start.",
            dispatcher.waiting(),
            dispatcher.name());
      }
    }
  }

  /** The first commit claims the store: only then is it certain that no other process has it. */
  private void awaitTakeover() {
    Committer committer = Objects.requireNonNull(running).node().committer();
    long first = committer.epoch();
    while (state == EngineStatus.State.RUNNING && committer.committed() < Math.max(1, first - 1)) {
      LockSupport.parkNanos(200_000);
    }
    Throwable cause = failure;
    if (cause != null) {
      throw new EngineStartException(
          "Application '"
              + settings.name
              + "' cannot take over its snapshot store: "
              + cause.getMessage(),
          "Make sure that no other process of this application uses the store.",
          cause);
    }
  }

  private void fail(int turn, Throwable cause) {
    Ownership joined = ownership;
    if (cause instanceof FencedException && joined != null) {
      joined.fenced(turn, cause);
    } else {
      fail(cause);
    }
  }

  private void fail(Throwable cause) {
    Ownership joined = ownership;
    RunningNode node;
    synchronized (this) {
      if (state == EngineStatus.State.FAILED || state == EngineStatus.State.STOPPED) {
        return;
      }
      state = EngineStatus.State.FAILED;
      failure = cause;
      node = running;
    }
    LOG.error(
        "The engine of application '{}' stops. What is committed is safe; restart the process to go"
            + " on.",
        settings.name,
        cause);
    if (node != null) {
      node.stop();
      node.abandon(cause);
    }
    if (joined != null) {
      joined.resign();
    }
    settings.listener.failed(cause);
  }

  /**
   * Sends a message to a function. While this process has no partitions, it goes through the log,
   * and those that it sends when it has some may overtake it.
   *
   * @return completes when the message is committed; exceptionally if the engine stops before it
   *     knows of that
   * @throws IllegalArgumentException if the message's type is not known
   * @throws IllegalStateException if the engine does not run
   */
  public CompletableFuture<Void> send(Address target, Object message) {
    return send(services.functions().stored(target), null, types.wrap(message));
  }

  /**
   * Sends a message to a function that may reply to it, which nobody waits for. It is as {@link
   * #send}, but that the function has a caller.
   */
  public CompletableFuture<Void> tell(Address to, Object message) {
    Address target = services.functions().stored(to);
    Address nobody = Requests.nobody(target, services.partitions());
    return send(target, nobody, types.wrap(message));
  }

  private CompletableFuture<Void> send(Address target, @Nullable Address source, TypedValue value) {
    Message message = Message.of(target, source, value, services.headersFromOutside());
    Outsider outside = outsider();
    if (outside != null) {
      return outside.send(message);
    }
    Node running = running();
    awaitRoom(running, message.target());
    return running.send(message);
  }

  /**
   * Sends a message to a function, which must reply to it.
   *
   * @param replyType the reply's type
   * @return completes with the reply, when what the function did is committed
   * @throws IllegalStateException if the engine does not run, or this process has no partitions, to
   *     which a reply could come
   */
  public <T> CompletableFuture<T> request(Address target, Object message, Class<T> replyType) {
    MessageType<T> type = types.forClass(replyType);
    TypedValue value = types.wrap(message);
    Node running = running();
    awaitRoom(running, target);
    return Requests.then(running.request(target, value), typed -> typed.as(type));
  }

  /**
   * Sends a message to a function, which must reply to it.
   *
   * @return completes with the reply, whatever its type, when what the function did is committed
   * @throws IllegalStateException as above
   */
  public CompletableFuture<TypedValue> request(Address target, Object message) {
    TypedValue value = types.wrap(message);
    Node running = running();
    awaitRoom(running, target);
    return running.request(target, value);
  }

  // Queries

  /**
   * Whether messages of a type are queries for a function, which {@link #query} has answered beside
   * all else.
   *
   * @param function the function, by any name that it has or had
   */
  public boolean isQuery(TypeName function, TypeName messageType) {
    FunctionType known = functionType(function);
    return known != null && known.isQuery(messageType);
  }

  /**
   * Has a {@link io.statefun.function.QueryHandler} answer a query, from what is committed of the
   * instance. It waits for no message and no commit if the instance's partition is in this process;
   * otherwise the process that has the partition is asked.
   *
   * @return completes with the answer, whatever its type; exceptionally with a {@link
   *     RequestFailedException} if the function could not answer or too many queries wait, or with
   *     a {@link java.util.concurrent.TimeoutException}
   * @throws IllegalArgumentException if the function answers no queries of the type
   * @throws IllegalStateException if the engine does not run, or this process has no partitions, to
   *     which an answer could come
   */
  public CompletableFuture<TypedValue> query(Address target, Object query) {
    TypedValue value = types.wrap(query);
    checkQuery(target.type(), value.typeName());
    CompletableFuture<TypedValue> answer = running().query(target, value);
    return answer.isDone()
        ? answer
        : answer.orTimeout(settings.queries.timeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Has a query answered, as {@link #query(Address, Object)} does.
   *
   * @param answerType the answer's type
   */
  public <T> CompletableFuture<T> query(Address target, Object query, Class<T> answerType) {
    MessageType<T> type = types.forClass(answerType);
    return Requests.then(query(target, query), answer -> answer.as(type));
  }

  private void checkQuery(TypeName function, TypeName query) {
    FunctionType known = functionType(function);
    if (known == null || !known.isQuery(query)) {
      throw new IllegalArgumentException(
          known == null
              ? "There is no function '" + function + "' in this application"
              : "The function '"
                  + function
                  + "' answers no queries of the type '"
                  + query
                  + "', but "
                  + known.queryTypes());
    }
  }

  private @Nullable FunctionType functionType(TypeName function) {
    FunctionTypes functions = services.functions();
    return functions.get(functions.stored(Address.of(function, "")).type());
  }

  /** Queries of the states of many instances. */
  public StateQueries queries() {
    return new StateQueries(this::running, services, settings.queries.timeout());
  }

  /** How many queries run or wait in this process. */
  public int queriesUnderWay() {
    RunningNode node = running;
    return node == null ? 0 : node.node().queries().underWay();
  }

  /** Calls with a key. */
  public KeyedCalls keyedCalls() {
    return new KeyedCalls(this::running, this::awaitRoom, types);
  }

  /** What instances wait for from outside, to be completed. */
  public Awakeables awakeables() {
    return new Awakeables(this::running, this::awaitRoom, types, services.partitions());
  }

  // Looking into it, and mending

  /** The functions that run in this process, whether the engine runs or not. */
  public List<FunctionInvoker> invokers() {
    return services.functions().all().stream()
        .map(type -> type.invoker)
        .filter(Objects::nonNull)
        .toList();
  }

  /** The type under which a function is known, by any name that it has or had. */
  public TypeName nameOf(TypeName function) {
    TypeName stored = services.functions().stored(Address.of(function, "")).type();
    FunctionType known = services.functions().get(stored);
    return known == null ? function : known.name;
  }

  /** The messages that could not be handled. */
  public DeadLetters deadLetters() {
    return new DeadLetters(this::running, types);
  }

  /**
   * Looks at an instance, which may be of a function that the application does not have. It goes on
   * meanwhile, and waits no longer than for a message.
   *
   * @param address with any name that its function has or had
   * @param limit how many to show of all that may be many
   * @return completes with what is committed, all of it at the same time
   * @throws IllegalStateException if the engine does not run, or this process has no partitions
   */
  public CompletableFuture<InstanceView> instance(Address address, int limit) {
    Address stored = services.functions().stored(address);
    return Requests.then(
        running().ask(stored, new Control.Read(limit)),
        answer -> InstanceDump.read(answer.bytes(), stored, services, limit));
  }

  // Savepoints

  /**
   * Has a savepoint of the whole application taken, whichever processes have its partitions. They
   * go on meanwhile.
   *
   * @param patience how long to wait until it is complete
   * @return completes when it is; exceptionally if it did not become so
   * @throws IllegalStateException if the engine does not run
   * @throws IOException if the snapshot store cannot be read
   */
  public CompletableFuture<Savepoint> savepoint(Duration patience) throws IOException {
    SavepointStore savepoints = new SavepointStore(settings.store());
    String request = UUID.randomUUID().toString();
    long newest = savepoints.newestNumber();
    requestSavepoint(request);
    return new SavepointWait(
            savepoints,
            request,
            newest,
            patience,
            () -> state == EngineStatus.State.RUNNING || state == EngineStatus.State.STANDBY)
        .begin();
  }

  private void requestSavepoint(String request) {
    Outsider outside = outsider();
    if (outside == null) {
      running().requestSavepoint(request);
    } else {
      var unused =
          outside
              .requestSavepoint(request)
              .whenComplete(
                  (done, lost) -> {
                    if (lost != null) {
                      LOG.warn("The request for a savepoint may be lost: {}", lost.toString());
                    }
                  });
    }
  }

  /**
   * Has a savepoint taken that is {@linkplain Savepoint#SCHEDULED due}, if this process has
   * partition 0; of all processes one has it.
   *
   * @return whether it has
   */
  public boolean dueSavepoint() {
    RunningNode node = running;
    if (node == null || !node.node().partitions().contains(0)) {
      return false;
    }
    node.node().requestSavepoint(Savepoint.SCHEDULED);
    return true;
  }

  /**
   * Looks into a savepoint with the functions and types that this application has. The engine need
   * not run.
   *
   * @param from where the savepoint is, perhaps of another application
   */
  public SavepointInspection inspect(SavepointStore from, Savepoint savepoint) {
    return new SavepointInspection(from, savepoint, services.functions(), types);
  }

  /**
   * Makes a savepoint of rows that are not those of an application, for this one to go on from, or
   * another. The engine need not run.
   *
   * @param to where the savepoint, and what is gathered for it, belongs
   * @throws InvalidInputException if an input does not go with the application's functions
   */
  public SavepointBuilder savepointBuilder(SnapshotStore to, List<SavepointInput> inputs)
      throws IOException {
    return savepointBuilder(to, inputs, SavepointBuilder.defaultRunBytes());
  }

  SavepointBuilder savepointBuilder(SnapshotStore to, List<SavepointInput> inputs, int runBytes)
      throws IOException {
    return new SavepointBuilder(
        to,
        settings.name,
        settings.partitions,
        services.functions(),
        settings.clock,
        inputs,
        runBytes);
  }

  /**
   * The states that a function in this process declares, by all names that they ever had.
   *
   * @param function the function, by any name that it ever had
   * @return nothing if there is no such function
   */
  public Map<String, StateSpec> states(TypeName function) {
    FunctionTypes functions = services.functions();
    FunctionType found = functions.get(functions.stored(Address.of(function, "")).type());
    Map<String, StateSpec> states = new LinkedHashMap<>();
    if (found != null && found.remote == null) {
      for (StateSpec state : found.states) {
        states.put(state.name(), state);
        state.aliases().forEach(alias -> states.put(alias, state));
      }
    }
    return states;
  }

  /** Has an application that holds nothing begin with a savepoint. */
  private @Nullable Savepoint bring(Bootstrap bootstrap)
      throws IOException, RefusedRecordsException {
    SnapshotStore store = settings.store();
    return new FirstState(settings.name, store, settings.log)
        .bring(
            () -> bootstrap.savepoint(this, store),
            savepoint -> goOnFrom(store, savepoint, new RestoredPositions(false)));
  }

  /**
   * Has the application begin with what a bootstrap makes when it is started next. If another
   * process does that, it is waited for. This engine can be started no more.
   *
   * @return the savepoint with which it begins; null if it is to begin with nothing, or holds state
   *     already
   * @throws EngineStartException if that is not possible; it says what to do
   * @throws IllegalStateException if the engine was started before
   */
  public @Nullable Savepoint restoreFirst(Bootstrap bootstrap) {
    return inPlaceOfStart(() -> bring(bootstrap));
  }

  private SavepointRestore savepointRestore(
      SnapshotStore from, MessageLog.@Nullable Turn of, UUID writer) {
    return new SavepointRestore(
        new SavepointStore(from),
        settings.partitions,
        Objects.requireNonNull(backend),
        new BaseStore(settings.store()),
        settings.epochLog(of, writer),
        writer.toString().substring(0, 8),
        settings.clock);
  }

  /**
   * Has the application, which holds nothing and does not run, go on from a savepoint when it is
   * started next, with the partitions that it is configured to have. This engine can be started no
   * more.
   *
   * @param from where the savepoint is, perhaps of another application
   * @param keepPositions whether ingresses go on where they were; otherwise they begin where they
   *     are configured to, as it must be with another log or other topics
   * @throws EngineStartException if that is not possible; it says what to do
   * @throws IllegalStateException if the engine was started before
   */
  public void restore(SnapshotStore from, Savepoint savepoint, boolean keepPositions) {
    var unused =
        inPlaceOfStart(
            () -> {
              goOnFrom(from, savepoint, new RestoredPositions(keepPositions));
              return savepoint;
            });
  }

  private @Nullable Savepoint inPlaceOfStart(Restoring restoring) {
    synchronized (this) {
      if (state != EngineStatus.State.NEW) {
        throw new IllegalStateException("An engine can be started once");
      }
      state = EngineStatus.State.STANDBY;
    }
    Savepoint restored;
    try {
      backend = settings.openBackend();
      restored = restoring.restore();
    } catch (IOException | RefusedRecordsException | RuntimeException e) {
      throw startFailure(e);
    } finally {
      if (settings.log != null) {
        settings.log.close();
      }
    }
    state = EngineStatus.State.STOPPED;
    release();
    return restored;
  }

  /** Restores a savepoint, or none. */
  private interface Restoring {

    @Nullable Savepoint restore() throws IOException, RefusedRecordsException;
  }

  /** With a log, this process takes part in it alone meanwhile, and no longer afterwards. */
  private void goOnFrom(SnapshotStore from, Savepoint savepoint, RestoredPositions positions)
      throws IOException, RefusedRecordsException {
    MessageLog log = settings.log;
    if (log == null) {
      savepointRestore(from, null, UUID.randomUUID()).restore(savepoint, positions);
    } else {
      try (MessageLog alone = log.another()) {
        RestoreTurn turn = new RestoreTurn(settings.partitions);
        alone.join(settings.partitions, turn);
        savepointRestore(from, turn.await(), UUID.randomUUID()).restore(savepoint, positions);
      }
    }
  }

  private final class RestoredPositions implements SavepointRestore.Positions {

    private final boolean kept;

    RestoredPositions(boolean kept) {
      this.kept = kept;
    }

    @Override
    public int reader(TypeName name, String split) {
      for (Ingress ingress : settings.allIngresses()) {
        if (kept && ingress.name().equals(name)) {
          return ingress.positionsInLog()
              ? SavepointRestore.Positions.LOG
              : Address.of(name, split).partition(settings.partitions);
        }
      }
      StateFunEngine.LOG.info("Ingress {} begins split {} as it is configured to", name, split);
      return SavepointRestore.Positions.NOBODY;
    }
  }

  /**
   * Whether a message for an instance is taken at once. Otherwise too many wait already, and who
   * sends one is held up until there is room.
   *
   * @return true as well if the engine does not run, in which case sending fails
   */
  public boolean hasRoom(Address target) {
    RunningNode node = running;
    return node == null || hasRoom(node.node(), target);
  }

  private boolean hasRoom(Node running, Address target) {
    return running.waitingOutside(target) < settings.limits.maxWaitingRequests();
  }

  private void awaitRoom(Node running, Address target) {
    while (!hasRoom(running, target) && state == EngineStatus.State.RUNNING) {
      LockSupport.parkNanos(100_000);
    }
  }

  /** Who sends in place of the node, if this process takes part and has no partitions. */
  private @Nullable Outsider outsider() {
    RunningNode node = running;
    boolean hasPartitions = node != null && node.node().hasPartitions();
    return hasPartitions || !(state == EngineStatus.State.STANDBY || node != null)
        ? null
        : outsider;
  }

  private Node running() {
    RunningNode node = running;
    if (outsider() != null) {
      throw new IllegalStateException(
          "This process has no partitions at the moment, so that no reply can come to it. Ask"
              + " another one, or again when it has some");
    }
    if (node == null || state != EngineStatus.State.RUNNING) {
      throw new IllegalStateException(
          "The engine of application '" + settings.name + "' does not run: it is " + state,
          failure);
    }
    return node.node();
  }

  /** The types of messages and states that the application knows. */
  public MessageTypes messageTypes() {
    return types;
  }

  /** How the engine does. */
  public EngineStatus status() {
    RunningNode known = running;
    if (known == null) {
      return EngineStatus.withoutNode(
          state,
          failure,
          services.unreadable().summary(),
          standbyStatus(),
          services.savepoints().summary());
    }
    Node current = known.node();
    Map<TypeName, Integer> failing = new LinkedHashMap<>();
    for (EgressDispatcher dispatcher : current.dispatchers()) {
      if (dispatcher.failures() > 0) {
        failing.put(dispatcher.name(), dispatcher.failures());
      }
    }
    Map<TypeName, Integer> unreadable = new LinkedHashMap<>();
    for (Worker worker : current.workers()) {
      for (IngressReader reader : worker.ingresses()) {
        if (reader.failures() > 0) {
          unreadable.merge(reader.name(), reader.failures(), Math::max);
        }
      }
    }
    return new EngineStatus(
        state,
        failure,
        current.partitions().size(),
        current.committer().committed(),
        current.committer().failures(),
        current.committer().lastFailure(),
        current.committer().waiting(),
        current.workers().stream().mapToLong(Worker::handled).sum(),
        current.workers().stream().mapToLong(Worker::failed).sum(),
        current.applier().unapplied(),
        current.unacknowledged(),
        services.functions().all().stream().mapToLong(type -> type.load.waiting()).sum(),
        services.functions().all().stream()
            .filter(FunctionType::stopped)
            .map(type -> type.name)
            .toList(),
        failing,
        unreadable,
        services.unreadable().summary(),
        standbyStatus(),
        services.savepoints().summary());
  }

  /** How much it has to do. */
  public EngineLoad load() {
    RunningNode node = running;
    return EngineLoad.of(
        node == null ? List.of() : node.node().workers(),
        services.times(),
        settings.clock.millis());
  }

  /**
   * What counts the messages of the functions: one for each function of the application, for each
   * namespace of functions elsewhere, and for what belongs to none.
   */
  public List<FunctionMeter> functions() {
    return services.functions().meters();
  }

  /** Who has sent to whom since this process started, and how much. */
  public List<Traffic.Edge> traffic() {
    return services.functions().traffic().edges();
  }

  /** About how many bytes of messages wait on this process for each function elsewhere. */
  public Map<TypeName, Long> waitingElsewhere() {
    return services.functions().all().stream()
        .filter(type -> type.remote != null)
        .collect(Collectors.toMap(type -> type.name, type -> type.load.waiting()));
  }

  /** How many partitions the application has, in all processes together. */
  public int partitionCount() {
    return settings.partitions;
  }

  /** The partitions that this process has at the moment, in the order of their numbers. */
  public List<PartitionLoad> partitions() {
    RunningNode node = running;
    return node == null ? List.of() : node.node().partitionLoads();
  }

  /**
   * Which processes have which partitions, this one among them, by the names that the message log
   * has for them.
   *
   * @return completes with nothing of partitions that nobody has at the moment, and with nothing at
   *     all without a message log; exceptionally if the log does not say
   */
  public CompletableFuture<Map<Integer, String>> owners() {
    MessageLog log = settings.log;
    return log == null ? CompletableFuture.completedFuture(Map.of()) : log.owners();
  }

  /**
   * Measures the local state, which may take some system calls.
   *
   * @return -1 if it is not open, or cannot tell
   */
  public long measure(StateBackend.Measure measure) {
    StateBackend open = backend;
    return open == null ? -1 : open.measure(measure);
  }

  private EngineStatus.Standby standbyStatus() {
    Standby made = standby;
    return made == null ? EngineStatus.Standby.NONE : made.status();
  }

  /**
   * Stops the engine: waits until everything that has changed is committed, at most so long, then
   * releases everything. Nothing committed is lost either way.
   */
  public void stop(Duration timeout) {
    RunningNode node = running;
    if (state == EngineStatus.State.RUNNING && node != null) {
      node.awaitCommit(timeout.toNanos(), () -> state == EngineStatus.State.RUNNING);
    }
    synchronized (this) {
      if (state != EngineStatus.State.FAILED) {
        state = EngineStatus.State.STOPPED;
      }
    }
    release();
  }

  /** Stops the engine, waiting for the running commit at most 10 seconds. */
  @Override
  public void close() {
    stop(Duration.ofSeconds(10));
  }

  private void release() {
    RunningNode node = running;
    if (node != null) {
      node.join();
      node.abandon(new IllegalStateException("The engine has stopped"));
    }
    // It must not find the log closed, and complain.
    stopStandby();
    Ownership joined = ownership;
    if (joined != null) {
      joined.close();
    }
    awaitStandby();
    settings.ingresses.forEach(Ingress::close);
    settings.egresses.values().forEach(Egress::close);
    synchronized (this) {
      if (callbacks != null) {
        callbacks.shutdown();
      }
      if (restorers != null) {
        restorers.shutdown();
      }
      if (fetchers != null) {
        fetchers.shutdown();
      }
      if (queryThreads != null) {
        // A handler that hangs is interrupted; who waits behind it is told that there is no answer.
        queryThreads.shutdownNow().forEach(Runnable::run);
      }
      StateBackend open = backend;
      if (open != null) {
        open.close();
        backend = null;
      }
    }
  }

  private void stopStandby() {
    ActorThread thread = standbyThread;
    if (thread != null) {
      thread.stop();
    }
  }

  private void awaitStandby() {
    ActorThread thread = standbyThread;
    if (thread != null) {
      try {
        thread.join(JOIN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Opens the backend of an application; called when the engine starts. */
  @FunctionalInterface
  public interface BackendFactory {

    /** Opens the backend, whose content is only a cache of what the snapshot store has. */
    StateBackend open(ApplicationRecord application) throws IOException;
  }

  /** Collects what an engine is made of. Not for use by several threads. */
  public static final class Builder {

    private static final Duration UNKNOWN_WAIT = Duration.ofMinutes(10);

    private final String name;
    private int partitions = 32;
    private String applicationId = "";
    private int workers = Runtime.getRuntime().availableProcessors();
    private MessageTypes types = MessageTypes.standard();
    private FailurePolicy defaultPolicy = FailurePolicy.DEFAULT;
    private EngineLimits limits = EngineLimits.DEFAULT;
    private QueryLimits queries = QueryLimits.DEFAULT;
    private @Nullable Duration unknownWait;
    private InstantSource clock = InstantSource.system();
    private boolean measured;
    private Duration standbyInterval = Duration.ofSeconds(1);
    private Duration savepointPatience = NodeServices.SAVEPOINT_PATIENCE;
    private @Nullable EpochReaders readers;
    private @Nullable Bootstrap bootstrap;
    private EngineListener listener = new EngineListener() {};
    private @Nullable Tracing tracing;
    private @Nullable DeadLetterEgress deadLetterEgress;
    private CronSchedule.Parser cron =
        expression -> {
          throw new IllegalStateException(
              "Cron reminders need a parser: give one to StateFunEngine.Builder.cron");
        };
    private @Nullable SnapshotStore store;
    private @Nullable MessageLog log;
    private @Nullable BackendFactory backend;
    private @Nullable Path scratchFolder;
    private final List<Object> beans = new ArrayList<>();
    private final List<FunctionInvoker> invokers = new ArrayList<>();
    private RemoteFunctions remotes = RemoteFunctions.NONE;
    private final List<Ingress> ingresses = new ArrayList<>();
    private final Map<TypeName, Egress> egresses = new LinkedHashMap<>();
    private final Set<TypeName> discarded = new LinkedHashSet<>();

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /** How many partitions the application has; 32 unless set. Cannot change afterwards. */
    public Builder partitions(int count) {
      if (count < 1 || count > 32_768) {
        throw new IllegalArgumentException("The number of partitions must be 1 to 32768: " + count);
      }
      partitions = count;
      return this;
    }

    /** How many workers handle messages; as many as there are processors unless set. */
    public Builder workers(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("There must be at least one worker: " + count);
      }
      workers = count;
      return this;
    }

    /** The types of messages and states; {@link MessageTypes#standard} unless set. */
    public Builder messageTypes(MessageTypes messageTypes) {
      types = messageTypes;
      return this;
    }

    /** The failure policy of functions that declare none. */
    public Builder defaultFailurePolicy(FailurePolicy policy) {
      defaultPolicy = policy;
      return this;
    }

    /**
     * How long a message waits whose function or type this version of the application does not
     * know, before it goes to the dead letters. Meanwhile a node with a newer version may take over
     * its partition. Ten minutes with a message log, and nothing without, unless set.
     */
    public Builder waitForNewerVersion(Duration wait) {
      if (wait.isNegative()) {
        throw new IllegalArgumentException("The time to wait must not be negative: " + wait);
      }
      unknownWait = wait;
      return this;
    }

    /** The bounds; {@link EngineLimits#DEFAULT} unless set. */
    public Builder limits(EngineLimits engineLimits) {
      limits = engineLimits;
      return this;
    }

    /** The bounds of queries; {@link QueryLimits#DEFAULT} unless set. */
    public Builder queryLimits(QueryLimits queryLimits) {
      queries = queryLimits;
      return this;
    }

    /**
     * How often an engine that keeps copies of other processes' partitions asks for new epochs; one
     * second unless set. What is committed in that time is what a take-over has to fetch.
     */
    public Builder standbyInterval(Duration interval) {
      if (interval.toMillis() < 1) {
        throw new IllegalArgumentException("The interval must be at least 1 ms: " + interval);
      }
      standbyInterval = interval;
      return this;
    }

    /**
     * How long nothing of a savepoint may come before it is given up; ten minutes unless set. That
     * is how long messages that were on their way between processes may take to come.
     */
    public Builder savepointPatience(Duration patience) {
      if (patience.toMillis() < 1) {
        throw new IllegalArgumentException("The patience must be at least 1 ms: " + patience);
      }
      savepointPatience = patience;
      return this;
    }

    /** What the application begins with if it holds nothing when it is started. */
    public Builder bootstrap(Bootstrap firstState) {
      bootstrap = firstState;
      return this;
    }

    /** Tells the time; the system's clock unless set. */
    public Builder clock(InstantSource instants) {
      clock = instants;
      return this;
    }

    /** Hears what the engine does. */
    public Builder listener(EngineListener engineListener) {
      listener = engineListener;
      return this;
    }

    /** Follows events from function to function; nobody does unless set. */
    public Builder tracing(Tracing follower) {
      tracing = follower;
      return this;
    }

    /**
     * Whether the engine measures how long invocations take, for {@link FunctionMeter}; not unless
     * set. Everything else is counted in any case.
     */
    public Builder measureInvocations(boolean measure) {
      measured = measure;
      return this;
    }

    /** Reads cron expressions; without one, cron reminders fail. */
    public Builder cron(CronSchedule.Parser parser) {
      cron = parser;
      return this;
    }

    /** Where epochs are stored. The caller closes it after the engine. */
    public Builder snapshotStore(SnapshotStore snapshotStore) {
      store = snapshotStore;
      return this;
    }

    /**
     * The log by whose transactions epochs are committed, with its ingresses and egresses; without
     * one, the snapshot store commits them. The engine closes it.
     */
    public Builder messageLog(MessageLog messageLog) {
      log = messageLog;
      return this;
    }

    /** Where committed state is kept at hand. The engine closes it. */
    public Builder stateBackend(BackendFactory factory) {
      backend = factory;
      return this;
    }

    /** Where messages rest that are too many for the heap; in the heap unless set. */
    public Builder scratchFolder(Path folder) {
      scratchFolder = folder;
      return this;
    }

    /** Adds an object of a class with {@link io.statefun.function.StatefulFunction}. */
    public Builder function(Object bean) {
      beans.add(bean);
      return this;
    }

    /** Adds a function. */
    public Builder function(FunctionInvoker invoker) {
      invokers.add(invoker);
      return this;
    }

    /** The functions that run elsewhere; none unless set. */
    public Builder remoteFunctions(RemoteFunctions functions) {
      remotes = functions;
      return this;
    }

    /** Adds an ingress. The engine closes it. */
    public Builder ingress(Ingress ingress) {
      ingresses.add(ingress);
      return this;
    }

    /** Adds an egress. The engine closes it. */
    public Builder egress(String egressName, Egress egress) {
      if (egresses.put(TypeName.parse(egressName), egress) != null) {
        throw new IllegalArgumentException("There are two egresses '" + egressName + "'");
      }
      return this;
    }

    /**
     * Has each dead letter leave by an egress, too, with the commit that gives up its message: with
     * its value, its headers, its target's id as the key and the {@link DeadLetterHeaders}. Dead
     * letters only stay in the state unless set.
     *
     * @param keep whether they stay there as well, where they can be looked at and be handled
     *     again. Those of records that this egress refuses stay in any case.
     */
    public Builder deadLetterEgress(String egressName, boolean keep) {
      deadLetterEgress = new DeadLetterEgress(TypeName.parse(egressName), keep);
      return this;
    }

    /**
     * Gives up the records for an egress that the application has no longer: those that wait are
     * lost when the engine starts, for good. Without this such an engine does not start.
     */
    public Builder discardRecordsOf(String egressName) {
      discarded.add(TypeName.parse(egressName));
      return this;
    }

    /**
     * Makes the engine.
     *
     * @throws io.statefun.binding.InvalidFunctionException if a function's class has a mistake
     * @throws EngineStartException if there is no such egress as dead letters are to leave by
     */
    public StateFunEngine build() {
      return new StateFunEngine(this);
    }

    /**
     * Makes an engine without threads, which its caller drives, for tests.
     *
     * @throws io.statefun.binding.InvalidFunctionException if a function's class has a mistake
     */
    public ManualEngine buildManual() {
      return new ManualEngine(this);
    }

    MessageTypes messageTypes() {
      return types;
    }

    NodeServices services(Surroundings surroundings) {
      List<FunctionInvoker> all = new ArrayList<>(invokers);
      for (Object bean : beans) {
        all.add(AnnotatedFunction.bind(bean, types, defaultPolicy));
      }
      NodeServices services =
          new NodeServices(
              clock,
              types,
              new FunctionTypes(all, remotes, measured),
              allEgresses(),
              log == null ? Set.of() : Set.copyOf(log.egresses()),
              cron,
              limits,
              partitions,
              surroundings,
              unknownWait(),
              new UnreadableStates(),
              new SavepointHistory(),
              savepointPatience,
              new WorkerTimes(),
              new SecureRandom(),
              tracing,
              deadLetterEgress);
      checkDeadLetterEgress(services);
      return services;
    }

    private static void checkDeadLetterEgress(NodeServices services) {
      DeadLetterEgress egress = services.deadLetterEgress();
      if (egress != null && !services.hasEgress(egress.name())) {
        throw new EngineStartException(
            "Dead letters are to leave by the egress '"
                + egress.name()
                + "', but there is no such egress. Known: "
                + services.egressNames()
                + ".",
            "Correct the name in 'statefun.dead-letters.egress' (in code:"
                + " StateFunEngine.Builder.deadLetterEgress), or add the egress.",
            null);
      }
    }

    private Duration unknownWait() {
      Duration configured = unknownWait;
      if (configured != null) {
        return configured;
      }
      return log == null ? Duration.ZERO : UNKNOWN_WAIT;
    }

    private Set<TypeName> allEgresses() {
      Set<TypeName> all = new LinkedHashSet<>(egresses.keySet());
      if (log != null) {
        all.addAll(log.egresses());
      }
      return Set.copyOf(all);
    }

    private List<Ingress> allIngresses() {
      List<Ingress> all = new ArrayList<>(ingresses);
      if (log != null) {
        all.addAll(log.ingresses());
      }
      return all;
    }

    /** Opens the backend, once the store is found to be that of this application. */
    StateBackend openBackend() throws IOException {
      ApplicationRecord application =
          ApplicationRecord.openOrCreate(
              store(), new ApplicationRecord(name, partitions, UUID.randomUUID()));
      check(application);
      applicationId = application.id().toString().substring(0, 8);
      return Objects.requireNonNull(backend, "A state backend is needed").open(application);
    }

    Node.Setup setup(
        NodeServices services,
        MessageLog.@Nullable Turn of,
        Set<Integer> initialPartitions,
        int workerCount,
        StateBackend opened,
        Executor callbacks,
        Executor restorers,
        QueryDesk.Threads queryThreads,
        Node.NodeListener nodeListener) {
      Map<Integer, Scratch> scratches = new LinkedHashMap<>();
      UUID writer = UUID.randomUUID();
      FaultPoint.Listener faults = FaultPoint.Listener.NONE;
      return new Node.Setup(
          services,
          applicationId,
          name,
          writer,
          initialPartitions,
          of == null ? partition -> Inbox.EMPTY : of::inbox,
          workerCount,
          store(),
          epochLog(of, writer),
          opened,
          ingressesOf(of),
          receivers(),
          worker -> scratches.computeIfAbsent(worker, index -> scratch()),
          callbacks,
          restorers,
          queryThreads,
          faults,
          nodeListener);
    }

    /** Shared by everything that reads epoch objects, whatever the engine owns. */
    private EpochReaders readers() {
      EpochReaders made = readers;
      if (made == null) {
        made = new EpochReaders(store());
        readers = made;
      }
      return made;
    }

    private SnapshotStore store() {
      return Objects.requireNonNull(store, "A snapshot store is needed");
    }

    private List<Ingress> ingressesOf(MessageLog.@Nullable Turn of) {
      List<Ingress> all = new ArrayList<>(ingresses);
      if (of != null) {
        all.addAll(of.ingresses());
      }
      return all;
    }

    private EpochLog epochLog(MessageLog.@Nullable Turn of, UUID writer) {
      return of == null
          ? new StoreEpochLog(store(), writer)
          : new TransactionalEpochLog(
              store(), readers(), of.transactions(), writer, FaultPoint.Listener.NONE, clock);
    }

    private Map<TypeName, Egress> receivers() {
      Map<TypeName, Egress> receivers = new LinkedHashMap<>(egresses);
      for (TypeName name : discarded) {
        if (receivers.putIfAbsent(name, new DiscardingEgress()) != null) {
          throw new EngineStartException(
              "The records for egress '"
                  + name
                  + "' are to be discarded, but the application has that egress.",
              "Remove the egress' name from 'statefun.discard-records-of-egresses' (in code:"
                  + " StateFunEngine.Builder.discardRecordsOf), or remove the egress.",
              null);
        }
      }
      return receivers;
    }

    private Scratch scratch() {
      Path folder = scratchFolder;
      return folder == null ? Scratch.inMemory() : new ScratchFile(folder);
    }

    private void check(ApplicationRecord application) {
      if (!application.name().equals(name)) {
        throw new EngineStartException(
            "The snapshot store holds the data of application '"
                + application.name()
                + "', not of '"
                + name
                + "'.",
            "Give each application a store of its own, or correct the application's name.",
            null);
      }
      if (application.partitions() != partitions) {
        throw new EngineStartException(
            "Application '"
                + name
                + "' was first started with "
                + application.partitions()
                + " partitions; now it is configured to have "
                + partitions
                + ".",
            "Set the number of partitions back to "
                + application.partitions()
                + ". It can change only by restoring a savepoint into a new store.",
            null);
      }
    }
  }
}
