/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.MapState;
import io.statefun.io.Egress;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import io.statefun.state.Overlay;
import io.statefun.state.StateBackend;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An engine that does nothing by itself: its caller has it run, tells its time through the
 * builder's clock, and can look into it. Made for tests, by {@link
 * StateFunEngine.Builder#buildManual}; what runs is the engine of production, with one worker.
 *
 * <p>It is a world of its own. Messages to functions that it does not have, and records for
 * egresses that it does not have, leave it, and are kept to be looked at: {@link #sent}, {@link
 * #emitted}. What is kept is committed, and survives {@link #crash}.
 *
 * <p>To be used by one thread.
 */
public final class ManualEngine implements AutoCloseable {

  private final StateFunEngine.Builder settings;
  private final Outside outside = new Outside();

  /** Draws the same in each run, and nothing twice, also after a crash. */
  private final Random random = new Random(1);

  private @Nullable Running running;

  /** What a crash ends. */
  private record Running(
      NodeServices services,
      Node node,
      Worker worker,
      StateBackend backend,
      WorkerInvocation inspection) {}

  ManualEngine(StateFunEngine.Builder settings) {
    this.settings = settings;
    restart();
  }

  // Life

  /**
   * Brings back what was committed, with a new state backend.
   *
   * @throws EngineStartException if that is not possible
   * @throws IllegalStateException if the engine runs
   */
  public void restart() {
    if (running != null) {
      throw new IllegalStateException("The engine runs; crash it first");
    }
    NodeServices real = settings.services(outside);
    NodeServices services = real.with(random, real.tracing());
    try {
      StateBackend backend = settings.openBackend();
      Node node =
          Node.recover(
              settings.setup(
                  services,
                  null,
                  IntStream.range(0, services.partitions()).boxed().collect(Collectors.toSet()),
                  1,
                  backend,
                  Runnable::run,
                  Runnable::run,
                  QueryDesk.Threads.NONE,
                  new CommitListener()));
      WorkerInvocation inspection = new WorkerInvocation(services, Scratch.inMemory());
      running = new Running(services, node, node.workerAt(0), backend, inspection);
    } catch (IOException e) {
      throw new EngineStartException(
          "What was committed cannot be brought back: " + e.getMessage(), "Look at the cause.", e);
    }
  }

  /**
   * Dies as a killed process does: what is not committed is gone, and so is the state backend. Does
   * nothing if the engine does not run.
   */
  public void crash() {
    Running dying = running;
    if (dying != null) {
      running = null;
      outside.uncommitted.clear();
      dying.node().abandon(new IllegalStateException("The engine has crashed"));
      dying.backend().close();
    }
  }

  /** Ends the engine. */
  @Override
  public void close() {
    crash();
  }

  private Running running() {
    Running current = running;
    if (current == null) {
      throw new IllegalStateException("The engine does not run: restart it after a crash");
    }
    return current;
  }

  // Messages

  /**
   * Sends a message, which is handled when the engine is run.
   *
   * @param source the instance in whose name it is sent, or null if it comes from outside
   * @return completes when the message is committed
   */
  public CompletableFuture<Void> send(Address target, @Nullable Address source, Object message) {
    TypedValue value = settings.messageTypes().wrap(message);
    Map<String, byte[]> headers = running().services().headersFromOutside();
    return running().node().send(Message.of(stored(target), storedOrNull(source), value, headers));
  }

  /**
   * Sends a message to a function, which must reply to it.
   *
   * @return completes with the reply, when what the function did is committed
   */
  public <T> CompletableFuture<T> request(Address target, Object message, Class<T> replyType) {
    MessageType<T> type = settings.messageTypes().forClass(replyType);
    TypedValue value = settings.messageTypes().wrap(message);
    return running().node().request(target, value).thenApply(reply -> reply.as(type));
  }

  /**
   * Has a query handler answer a query, from what is committed.
   *
   * @return completes with the answer, when the engine is run; exceptionally with a {@link
   *     RequestFailedException}
   * @throws IllegalArgumentException if the function answers no such queries
   */
  public <T> CompletableFuture<T> query(Address target, Object query, Class<T> answerType) {
    MessageType<T> type = settings.messageTypes().forClass(answerType);
    TypedValue value = settings.messageTypes().wrap(query);
    FunctionType function = running().services().functions().get(stored(target).type());
    if (function == null || !function.isQuery(value.typeName())) {
      throw new IllegalArgumentException(
          "The function '"
              + target.type()
              + "' answers no queries of the type '"
              + value.typeName()
              + "'"
              + (function == null ? "" : ", but " + function.queryTypes()));
    }
    return running().node().query(target, value).thenApply(answer -> answer.as(type));
  }

  /** Asks for the states of instances, as they are committed; completes when the engine is run. */
  public CompletableFuture<StatePage> page(StateQuery query) {
    Running current = running();
    return new StateQueries(current::node, current.services(), Duration.ofMinutes(1)).page(query);
  }

  /** What instances wait for, to be completed when the engine is run. */
  public Awakeables awakeables() {
    NodeServices services = running().services();
    return new Awakeables(
        () -> running().node(),
        (node, place) -> {},
        settings.messageTypes(),
        services.partitions());
  }

  // Running

  /**
   * Handles everything that there is to do at this time, and commits it.
   *
   * @param maxInvocations how many invocations there may be
   * @throws IllegalStateException if there were more, as of functions that send each other messages
   *     for ever
   */
  public void runUntilIdle(long maxInvocations) {
    Running current = running();
    LongSupplier invocations = countInvocations(current, maxInvocations);
    boolean worked = true;
    while (worked) {
      worked = handle(current, invocations);
      worked |= current.node().committer().step();
      current.node().applier().ask();
      worked |= current.node().applier().step();
      worked |= current.node().bases().step();
      for (EgressDispatcher dispatcher : current.node().dispatchers()) {
        worked |= dispatcher.step();
      }
      worked = worked || current.node().committer().hurry();
    }
  }

  /**
   * Handles everything that there is to do at this time, and commits nothing of it yet.
   *
   * @param maxInvocations as for {@link #runUntilIdle}
   */
  public void runWithoutCommit(long maxInvocations) {
    Running current = running();
    handle(current, countInvocations(current, maxInvocations));
  }

  private boolean handle(Running current, LongSupplier invocations) {
    boolean any = false;
    while (current.worker().step()) {
      any = true;
      if (invocations.getAsLong() < 0) {
        throw new IllegalStateException(
            "The functions do not come to rest: too many messages were handled at "
                + current.services().clock().instant()
                + ". The last one sent: "
                + outside.last);
      }
    }
    return any;
  }

  private static LongSupplier countInvocations(Running current, long max) {
    Worker worker = current.worker();
    long end = worker.handled() + worker.failed() + max;
    return () -> end - worker.handled() - worker.failed();
  }

  /**
   * When there is something to do again, a timer or another attempt, after the present time.
   *
   * @return the time, or null if there is nothing to wait for
   */
  public @Nullable Instant nextWakeUp() {
    Running current = running();
    long now = current.services().clock().millis();
    Node node = current.node();
    long next =
        LongStream.concat(
                LongStream.of(
                    current.worker().nextWakeUp(),
                    node.committer().nextWakeUp(),
                    node.bases().nextWakeUp()),
                node.dispatchers().stream().mapToLong(EgressDispatcher::nextWakeUp))
            .filter(millis -> millis > now)
            .min()
            .orElse(Long.MAX_VALUE);
    return next == Long.MAX_VALUE ? null : Instant.ofEpochMilli(next);
  }

  // Looking into it

  /** The types of messages and states. */
  public MessageTypes messageTypes() {
    return settings.messageTypes();
  }

  /**
   * The address under which an instance is stored: the same, unless its function was renamed.
   *
   * @param address with any name that its function has or had
   */
  public Address stored(Address address) {
    return running().services().functions().stored(address);
  }

  private @Nullable Address storedOrNull(@Nullable Address address) {
    return address == null ? null : stored(address);
  }

  /** Whether there is a function that has a name, or had it. */
  public boolean hasFunction(TypeName name) {
    FunctionTypes functions = running().services().functions();
    return functions.get(functions.stored(Address.of(name, "")).type()) != null;
  }

  /** The types of the functions. */
  public List<TypeName> functionTypes() {
    return running().services().functions().all().stream().map(type -> type.name).toList();
  }

  /**
   * A state of an instance as a handler would see it now.
   *
   * @return the value or null, a list of the entries, or a map of them
   * @throws IllegalArgumentException if the function or its state is not known
   */
  public @Nullable Object state(Address instanceAddress, String name) {
    Running current = running();
    Address address = stored(instanceAddress);
    FunctionType function = current.services().functions().get(address.type());
    if (function == null) {
      throw new IllegalArgumentException(
          "There is no function '" + address.type() + "'. Known: " + functionTypes());
    }
    int slot = function.slotOf(name);
    if (slot < 0) {
      throw new IllegalArgumentException(
          "The function '"
              + address.type()
              + "' has no state '"
              + name
              + "'. It has: "
              + function.states.stream().map(StateSpec::name).toList());
    }
    WorkerInvocation inspection = current.inspection();
    Partition partition = partition(address);
    Instance instance = partition.instance(address, function);
    inspection.begin(partition, instance, Message.of(address, null, Message.NOTHING));
    try {
      return switch (function.states.get(slot).kind()) {
        case VALUE -> inspection.value(slot).get();
        case LIST -> copyOf(inspection.list(slot));
        case MAP -> copyOf(inspection.map(slot));
      };
    } finally {
      inspection.takeBack();
    }
  }

  private static List<Object> copyOf(Iterable<?> list) {
    List<Object> copy = new ArrayList<>();
    list.forEach(copy::add);
    return copy;
  }

  private static <K, V> Map<K, V> copyOf(MapState<K, V> map) {
    Map<K, V> copy = new LinkedHashMap<>();
    map.entries().forEach(entry -> copy.put(entry.getKey(), entry.getValue()));
    return copy;
  }

  private Partition partition(Address address) {
    int number = address.partition(running().services().partitions());
    return partitions().filter(partition -> partition.index == number).findAny().orElseThrow();
  }

  private Stream<Partition> partitions() {
    return running().worker().partitions().stream();
  }

  /** The delayed messages and reminders that wait, the next one first. */
  public List<Delayed> delayed() {
    List<Delayed> result = new ArrayList<>();
    partitions()
        .forEach(
            partition ->
                scan(
                    partition,
                    Keys.timer(Long.MIN_VALUE, 0),
                    Keys.timer(Long.MAX_VALUE, -1L),
                    (key, value) -> addDelayed(partition, key, Timers.Entry.read(value), result)));
    result.sort(Comparator.comparing(Delayed::time));
    return result;
  }

  private static void addDelayed(
      Partition partition, byte[] key, Timers.Entry timer, List<Delayed> result) {
    Message message =
        switch (timer.kind()) {
          case MESSAGE -> timer.message();
          case REMINDER ->
              InstanceReminders.waiting(partition, timer.message().target(), timer.name());
          case PURGE -> null;
          case AWAKEABLE -> timer.isEmpty() ? null : timer.message();
        };
    if (message != null) {
      Instant time = Instant.ofEpochMilli(Keys.timerMillis(key));
      String name = timer.name().isEmpty() ? null : timer.name();
      result.add(new Delayed(time, message.target(), message.source(), message.value(), name));
    }
  }

  /** The messages that could not be handled, those of one instance in their order. */
  public List<DeadLetter> deadLetters() {
    List<DeadLetter> result = new ArrayList<>();
    byte[] all = Keys.allDeadLetters();
    partitions()
        .forEach(
            partition ->
                scan(
                    partition,
                    all,
                    Keys.after(all),
                    (key, value) -> result.add(DeadLetter.read(value))));
    return result;
  }

  /** Which state could not be read since the last start, or null if all could. */
  public EngineStatus.@Nullable UnreadableState unreadableState() {
    return running().services().unreadable().summary();
  }

  /** What the partition of an instance stores, to be looked at, and damaged. */
  Overlay overlay(Address instance) {
    return partition(instance).overlay;
  }

  private static void scan(
      Partition partition, byte[] from, byte[] to, BiConsumer<byte[], byte[]> entries) {
    try (Overlay.Scan scan = partition.overlay.scan(from, to)) {
      while (scan.next()) {
        entries.accept(scan.key(), scan.value());
      }
    }
  }

  /**
   * The messages that functions have sent and that are committed, whether to functions that the
   * engine has or not; delayed ones once their time has come. Replies to {@link #request} are not
   * among them.
   */
  public List<Sent> sent() {
    return List.copyOf(outside.sent);
  }

  /** The committed records for egresses that the engine does not have. */
  public List<Egress.Delivery> emitted() {
    return List.copyOf(outside.emitted);
  }

  /** Forgets what was sent and emitted up to now. */
  public void clearRecorded() {
    outside.sent.clear();
    outside.emitted.clear();
  }

  /**
   * A message that a function has sent.
   *
   * @param target to whom
   * @param source by whom
   * @param value the message
   * @param time when
   */
  public record Sent(Address target, Address source, TypedValue value, Instant time) {}

  /**
   * A message that will be sent later.
   *
   * @param time when
   * @param target to whom
   * @param source by whom
   * @param value the message
   * @param name its cancellation token or the reminder's name, or null if it has none
   */
  public record Delayed(
      Instant time,
      Address target,
      @Nullable Address source,
      TypedValue value,
      @Nullable String name) {}

  private final class CommitListener implements Node.NodeListener {

    @Override
    public void committed(EngineListener.Commit commit) {
      outside.commit(running().node().committer().committed());
    }
  }

  /** Keeps what functions send, from the commit on. */
  private final class Outside implements Surroundings {

    private final Queue<Staged> uncommitted = new ArrayDeque<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Egress.Delivery> emitted = new ArrayList<>();
    private final Set<String> emittedIds = new HashSet<>();
    private @Nullable Sent last;

    private record Staged(Sent message, long epoch) {}

    @Override
    public boolean take(Message message) {
      Address source = message.source();
      if (source == null) {
        return false;
      }
      NodeServices services = running().services();
      Address target = services.functions().stored(message.target());
      last = new Sent(target, source, message.value(), services.clock().instant());
      uncommitted.add(new Staged(last, running().worker().epoch()));
      return services.functions().get(target.type()) == null;
    }

    void commit(long epoch) {
      while (!uncommitted.isEmpty() && uncommitted.element().epoch() <= epoch) {
        sent.add(uncommitted.remove().message());
      }
    }

    @Override
    public boolean takesRecords() {
      return true;
    }

    @Override
    public void take(OutgoingRecord committed) {
      Egress.Delivery delivery = committed.delivery("test");
      if (emittedIds.add(delivery.id())) {
        emitted.add(delivery);
      }
    }
  }
}
