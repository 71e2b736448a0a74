/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.fake;

import io.statefun.function.CancellationToken;
import io.statefun.function.EgressRecord;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions in one thread by a clock of its own. It never crashes; it is there to see what the
 * functions do together, whatever the order of things.
 */
public final class World {

  private final Map<String, Object> functions = new HashMap<>();
  private final Map<String, Object> states = new HashMap<>();
  private final Queue<FakeContext.Sent> mailbox = new ArrayDeque<>();
  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>(Comparator.comparing(Waiting::time).thenComparing(Waiting::number));
  private final Consumer<EgressRecord> egress;
  private Instant now;
  private long numbers;

  private record Waiting(
      Instant time,
      long number,
      Address from,
      @Nullable CancellationToken token,
      FakeContext.Sent sent) {}

  public World(Instant start, Consumer<EgressRecord> egress, Object... functions) {
    this.now = start;
    this.egress = egress;
    for (Object function : functions) {
      String type = function.getClass().getAnnotation(StatefulFunction.class).value();
      this.functions.put(type, function);
    }
  }

  public Instant now() {
    return now;
  }

  /** Moves the clock on; what is due then is put into the mailbox. */
  public void setNow(Instant newNow) {
    now = newNow;
    while (!waiting.isEmpty() && !waiting.peek().time().isAfter(now)) {
      mailbox.add(waiting.remove().sent());
    }
  }

  public void send(Address to, Object message) {
    mailbox.add(new FakeContext.Sent(to, message));
  }

  /** Whether nothing is to be done, now or later. */
  public boolean isIdle() {
    return mailbox.isEmpty() && waiting.isEmpty();
  }

  /** Handles up to so many messages. */
  public void handle(int limit) {
    for (int i = 0; i < limit && !mailbox.isEmpty(); i++) {
      FakeContext.Sent next = mailbox.remove();
      FakeContext context = new FakeContext(next.to(), now);
      try {
        invoke(next.to(), next.message(), context);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
      take(context);
    }
  }

  private void invoke(Address to, Object message, FakeContext context)
      throws ReflectiveOperationException {
    Object function = Objects.requireNonNull(functions.get(to.type().toString()));
    for (Method method : function.getClass().getDeclaredMethods()) {
      Class<?>[] types = method.getParameterTypes();
      if (method.isAnnotationPresent(MessageHandler.class) && types[0].isInstance(message)) {
        method.setAccessible(true);
        method.invoke(function, arguments(method, to, message, context));
        return;
      }
    }
    throw new IllegalStateException(to + " does not handle " + message);
  }

  private Object[] arguments(Method method, Address to, Object message, FakeContext context) {
    List<Object> arguments = new ArrayList<>(List.of(message));
    for (Parameter parameter :
        List.of(method.getParameters()).subList(1, method.getParameterCount())) {
      State state = parameter.getAnnotation(State.class);
      arguments.add(state == null ? context : state(to + "#" + state.value(), parameter.getType()));
    }
    return arguments.toArray();
  }

  private Object state(String key, Class<?> type) {
    return states.computeIfAbsent(
        key,
        unused ->
            type == MapState.class ? new FakeMapState<String, Object>() : new FakeValueState<>());
  }

  private void take(FakeContext context) {
    Address self = context.self();
    context
        .cancelled()
        .forEach(
            token ->
                waiting.removeIf(
                    other -> other.from().equals(self) && token.equals(other.token())));
    mailbox.addAll(context.sent());
    for (FakeContext.Delayed delayed : context.delayed()) {
      waiting.add(
          new Waiting(
              delayed.time(),
              numbers++,
              self,
              delayed.token(),
              new FakeContext.Sent(delayed.to(), delayed.message())));
    }
    context.egress().forEach(egress);
    setNow(now);
  }
}
