/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.CompletionRefusedException;
import io.statefun.engine.CronSchedule;
import io.statefun.engine.DeadLetter;
import io.statefun.engine.EngineLimits;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.Invocation;
import io.statefun.engine.ManualEngine;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;

/**
 * One or several functions under test, in the engine of production, without threads, without a
 * container, and in simulated time.
 *
 * <pre>{@code
 * FunctionHarness harness = FunctionHarness.of(new ReminderFunction());
 * harness.send("shop/cart", "42", new ItemAdded("book"));
 * harness.advance(Duration.ofDays(1));
 * assertThat(harness).egress("shop/mails").containsExactly(new CartForgotten("42"));
 * }</pre>
 *
 * <p><b>Messages.</b> Each call that gives the functions something to do returns when they have
 * done all that there is to do at the present time, and it is committed. Messages are handled in
 * the order in which they were sent; an engine with several workers promises that only for each
 * pair of instances. Egresses need not be declared. Messages to functions that are not under test
 * go nowhere, and can be looked at as all others.
 *
 * <p><b>Failures.</b> A handler that throws is tried again as its failure policy says, when the
 * time is advanced. What it threw is among the {@link #failures}, and failed assertions tell it.
 *
 * <p><b>Time</b> stands still unless the test advances it.
 *
 * <p>A harness holds nothing that must be closed. To be used by one thread.
 */
public final class FunctionHarness implements AssertProvider<FunctionHarnessAssert> {

  /** When the time begins unless the test says otherwise: the beginning of 2026. */
  public static final Instant DEFAULT_START = Instant.parse("2026-01-01T00:00:00Z");

  private final SimulatedClock clock;
  private final ManualEngine engine;
  private final long maxInvocations;
  private final List<HandlerFailure> failures = new ArrayList<>();
  private boolean committing = true;

  private FunctionHarness(Builder settings) {
    this.clock = new SimulatedClock(settings.start);
    this.maxInvocations = settings.maxInvocations;
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    StateFunEngine.Builder builder =
        StateFunEngine.builder("harness")
            .partitions(1)
            .snapshotStore(store)
            .stateBackend(application -> new HeapBackend())
            .messageTypes(settings.types)
            .limits(settings.limits)
            .clock(clock);
    if (settings.cron != null) {
      builder.cron(settings.cron);
    }
    for (Object function : settings.functions) {
      FunctionInvoker invoker =
          function instanceof FunctionInvoker known
              ? known
              : AnnotatedFunction.bind(function, settings.types, settings.failurePolicy);
      builder.function(new RecordingInvoker(invoker, this::failed));
    }
    this.engine = builder.buildManual();
    run();
  }

  /**
   * Makes a harness around functions.
   *
   * @param functions objects of classes with {@link io.statefun.function.StatefulFunction}, made as
   *     the test likes
   * @throws io.statefun.binding.InvalidFunctionException if a class has a mistake
   */
  public static FunctionHarness of(Object... functions) {
    return builder().functions(functions).build();
  }

  /** Begins a harness that needs more than its functions. */
  public static Builder builder() {
    return new Builder();
  }

  // Messages

  /** Sends a message that comes from outside. */
  public void send(String type, String id, Object message) {
    send(Address.of(type, id), message);
  }

  /** Sends a message that comes from outside. */
  public void send(Address target, Object message) {
    send(target, null, message);
  }

  private void send(Address target, @Nullable Address caller, Object message) {
    checkUnderTest(target);
    engine.send(target, caller, message);
    run();
  }

  /** Speaks in the name of an instance, whose function need not be under test. */
  public Caller from(String type, String id) {
    return from(Address.of(type, id));
  }

  /** Speaks in the name of an instance, whose function need not be under test. */
  public Caller from(Address caller) {
    return new Caller(caller);
  }

  /**
   * Sends a message that must be answered at once.
   *
   * @return the reply
   * @throws AssertionError if there is none
   */
  public <T> T request(String type, String id, Object message, Class<T> replyType) {
    return request(Address.of(type, id), message, replyType);
  }

  /**
   * Sends a message that must be answered at once.
   *
   * @return the reply
   * @throws AssertionError if there is none
   */
  public <T> T request(Address target, Object message, Class<T> replyType) {
    checkUnderTest(target);
    CompletableFuture<T> reply = engine.request(target, message, replyType);
    run();
    if (!reply.isDone()) {
      throw new AssertionError(target + " has not replied to " + message + describeFailures());
    }
    try {
      return reply.join();
    } catch (CompletionException e) {
      throw new AssertionError(
          target + " has replied with something else than a " + replyType.getName(), e.getCause());
    }
  }

  /**
   * Asks a query, which sees what is committed.
   *
   * @return the answer
   * @throws AssertionError if the query handler has failed
   * @throws IllegalArgumentException if the function has no handler for such queries
   */
  public <T> T query(String type, String id, Object query, Class<T> answerType) {
    return query(Address.of(type, id), query, answerType);
  }

  /**
   * Asks a query, which sees what is committed.
   *
   * @return the answer
   * @throws AssertionError if the query handler has failed
   * @throws IllegalArgumentException if the function has no handler for such queries
   */
  public <T> T query(Address target, Object query, Class<T> answerType) {
    checkUnderTest(target);
    return answered(engine.query(target, query, answerType), target + " has not answered " + query);
  }

  /**
   * Asks for the states of instances, as they are committed.
   *
   * @throws io.statefun.query.InvalidQueryException if the query makes no sense
   */
  public StatePage page(StateQuery query) {
    return answered(engine.page(query), "There is no answer to " + query);
  }

  private <T> T answered(CompletableFuture<T> answer, String otherwise) {
    if (!answer.isDone()) {
      // What is committed has yet to be applied, which changes nothing else.
      engine.runUntilIdle(maxInvocations);
    }
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw new AssertionError(otherwise + ": " + e.getCause(), e.getCause());
    }
  }

  private void checkUnderTest(Address target) {
    if (!engine.hasFunction(target.type())) {
      throw new IllegalArgumentException(
          "There is no function '"
              + target.type()
              + "' in this harness. It has: "
              + engine.functionTypes());
    }
  }

  // Time

  /** The present time. */
  public Instant now() {
    return clock.instant();
  }

  /** Lets time pass. All that is due meanwhile happens in its order, each at its time. */
  public void advance(Duration duration) {
    advanceTo(now().plus(duration));
  }

  /**
   * Lets time pass until an instant. All that is due meanwhile happens in its order, each at its
   * time.
   *
   * @throws IllegalArgumentException if the instant has passed
   */
  public void advanceTo(Instant time) {
    if (time.isBefore(now())) {
      throw new IllegalArgumentException("Time cannot go back from " + now() + " to " + time);
    }
    run();
    Instant next = engine.nextWakeUp();
    while (next != null && !next.isAfter(time)) {
      clock.advanceTo(next);
      run();
      next = engine.nextWakeUp();
    }
    clock.advanceTo(time);
    run();
  }

  // Awakeables

  /**
   * Completes an awakeable as somebody outside does, and has its function handle that. Its token is
   * where the function has put it, as in a record for an egress. To have it time out, {@linkplain
   * #advance advance} the time.
   *
   * @throws io.statefun.engine.CompletionRefusedException if it is not completed by that
   */
  public void complete(String token, Object message) {
    CompletableFuture<Void> completed = engine.awakeables().complete(token, message);
    run();
    if (completed.isCompletedExceptionally()) {
      try {
        completed.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof CompletionRefusedException refused ? refused : e;
      }
    }
  }

  // Asynchronous operations

  /** Completes an operation that a function watches, and has the function handle its result. */
  public <T> void complete(CompletableFuture<T> operation, T result) {
    operation.complete(result);
    run();
  }

  /** Fails an operation that a function watches, and has the function handle its failure. */
  public void completeExceptionally(CompletableFuture<?> operation, Throwable failure) {
    operation.completeExceptionally(failure);
    run();
  }

  /**
   * Has the functions do all that there is to do at the present time. Only needed when something
   * happened that the harness does not know of, as the end of an operation.
   *
   * @throws AssertionError if the functions do not come to rest
   */
  public void run() {
    try {
      if (committing) {
        engine.runUntilIdle(maxInvocations);
      } else {
        engine.runWithoutCommit(maxInvocations);
      }
    } catch (IllegalStateException endless) {
      throw new AssertionError(endless.getMessage() + describeFailures(), endless);
    }
  }

  // Crashes

  /**
   * Kills the engine and starts it again: what was not committed is gone, all state is read from
   * its stored form, operations that were under way have an unknown end.
   */
  public void crashAndRestart() {
    crashAndRestartAfter(Duration.ZERO);
  }

  /** Kills the engine and starts it again later, as {@link #crashAndRestart}. */
  public void crashAndRestartAfter(Duration down) {
    engine.crash();
    clock.advanceTo(now().plus(down));
    engine.restart();
    run();
  }

  /**
   * Does something, none of which is committed until the harness is used again; so that {@link
   * #crashAndRestart} undoes it if it follows at once.
   */
  public void withoutCommit(Runnable actions) {
    committing = false;
    try {
      actions.run();
    } finally {
      committing = true;
    }
  }

  // Looking at it

  /** The messages that functions have sent to an instance, under test or not, in their order. */
  public List<Object> sentTo(Address target) {
    Address stored = stored(target);
    return engine.sent().stream()
        .filter(sent -> sent.target().equals(stored))
        .map(sent -> decode(sent.value()))
        .toList();
  }

  /** The address of an instance as messages have it, if its function was renamed. */
  Address stored(Address address) {
    return engine.stored(address);
  }

  /** All instances to whom functions have sent messages. */
  List<Address> targets() {
    return engine.sent().stream().map(ManualEngine.Sent::target).distinct().toList();
  }

  /** The records that functions have given to an egress, in their order. */
  public List<EgressRecord> egress(String name) {
    TypeName egress = TypeName.parse(name);
    return engine.emitted().stream()
        .filter(delivery -> delivery.egress().equals(egress))
        .map(
            delivery ->
                new EgressRecord(
                    egress, decode(delivery.value()), delivery.key(), delivery.headers()))
        .toList();
  }

  /** All egresses to which functions have given records. */
  List<TypeName> egresses() {
    return engine.emitted().stream().map(delivery -> delivery.egress()).distinct().toList();
  }

  /** The delayed messages and reminders that wait for their time, the next one first. */
  public List<DelayedMessage> delayed() {
    return engine.delayed().stream()
        .map(
            delayed ->
                new DelayedMessage(
                    delayed.time(),
                    delayed.target(),
                    delayed.source(),
                    decode(delayed.value()),
                    delayed.name()))
        .toList();
  }

  /**
   * A state of an instance.
   *
   * @return the value or null, a {@link List} of the entries, or a {@link java.util.Map} of them
   * @throws IllegalArgumentException if the function is not under test or has no such state
   */
  public @Nullable Object state(Address address, String name) {
    return engine.state(address, name);
  }

  /** The messages that could not be handled. */
  public List<DeadLetter> deadLetters() {
    return engine.deadLetters();
  }

  /** What handlers have thrown, each attempt for itself. */
  public List<HandlerFailure> failures() {
    return List.copyOf(failures);
  }

  /** Forgets which messages and records were sent, and what was thrown, up to now. */
  public void clearRecorded() {
    engine.clearRecorded();
    failures.clear();
  }

  /** {@code this} as AssertJ's own {@code assertThat} wants it. */
  @Override
  public FunctionHarnessAssert assertThat() {
    return new FunctionHarnessAssert(this);
  }

  private void failed(Invocation invocation, Throwable thrown) {
    failures.add(
        new HandlerFailure(
            invocation.context().self(), decode(invocation.message()), thrown, now()));
  }

  private Object decode(TypedValue value) {
    Object held = value.heldObject();
    if (held != null) {
      return held;
    }
    MessageType<?> type = engine.messageTypes().find(value.typeName());
    return type == null ? value : value.as(type);
  }

  /** What a reader of a failed assertion should know besides; empty if there is nothing. */
  String describeFailures() {
    StringBuilder text = new StringBuilder();
    for (HandlerFailure failure : failures) {
      text.append("\n  ")
          .append(failure.time())
          .append(" ")
          .append(failure.target())
          .append(" failed to handle ")
          .append(failure.message())
          .append(": ")
          .append(failure.cause());
      StackTraceElement[] trace = failure.cause().getStackTrace();
      if (trace.length > 0) {
        text.append("\n    at ").append(trace[0]);
      }
    }
    return text.isEmpty() ? "" : "\nHandlers have thrown:" + text;
  }

  /** Sends messages in the name of an instance. */
  public final class Caller {

    private final Address address;

    private Caller(Address address) {
      this.address = address;
    }

    /** Sends a message. */
    public void send(String type, String id, Object message) {
      send(Address.of(type, id), message);
    }

    /** Sends a message. */
    public void send(Address target, Object message) {
      FunctionHarness.this.send(target, address, message);
    }
  }

  /** Collects what a harness is made of. */
  public static final class Builder {

    private final List<Object> functions = new ArrayList<>();
    private Instant start = DEFAULT_START;
    private MessageTypes types = MessageTypes.standard();
    private FailurePolicy failurePolicy = FailurePolicy.DEFAULT;
    private EngineLimits limits = EngineLimits.DEFAULT;
    private CronSchedule.@Nullable Parser cron = SpringCron.load();
    private long maxInvocations = 100_000;

    private Builder() {}

    /** Adds functions: objects with annotated handlers, or {@link FunctionInvoker}s. */
    public Builder functions(Object... added) {
      functions.addAll(List.of(added));
      return this;
    }

    /** When the time begins; {@link #DEFAULT_START} unless set. */
    public Builder startingAt(Instant time) {
      start = Objects.requireNonNull(time, "time");
      return this;
    }

    /** The types of messages and states; {@link MessageTypes#standard} unless set. */
    public Builder messageTypes(MessageTypes messageTypes) {
      types = Objects.requireNonNull(messageTypes, "messageTypes");
      return this;
    }

    /**
     * The failure policy of functions that declare none; {@link FailurePolicy#DEFAULT} unless set.
     */
    public Builder failurePolicy(FailurePolicy policy) {
      failurePolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Reads cron expressions; Spring's reader unless set, if Spring is there. */
    public Builder cron(CronSchedule.Parser parser) {
      cron = Objects.requireNonNull(parser, "parser");
      return this;
    }

    /** The engine's bounds, for tests of what happens beyond them. */
    public Builder limits(EngineLimits engineLimits) {
      limits = Objects.requireNonNull(engineLimits, "engineLimits");
      return this;
    }

    /**
     * How many messages may be handled at one time before the harness takes it that the functions
     * will never come to rest; 100,000 unless set.
     */
    public Builder maxInvocations(long count) {
      maxInvocations = count;
      return this;
    }

    /**
     * Makes the harness.
     *
     * @throws io.statefun.binding.InvalidFunctionException if a function's class has a mistake
     */
    public FunctionHarness build() {
      return new FunctionHarness(this);
    }
  }
}
