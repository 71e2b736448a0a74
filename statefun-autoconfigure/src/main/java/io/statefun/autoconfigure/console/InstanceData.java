/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.autoconfigure.api.JsonValues;
import io.statefun.autoconfigure.trace.RecentInvocations;
import io.statefun.engine.Blockage;
import io.statefun.engine.InstanceContent;
import io.statefun.engine.InstanceView;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import tools.jackson.databind.JsonNode;

/** All that the application has of an instance, for the page to show. */
final class InstanceData {

  private static final int SHOWN = 200;
  private static final int INVOCATIONS = 20;

  private final StateFunEngine engine;
  private final JsonValues json;
  private final LetterData names;
  private final ObjectProvider<RecentInvocations> invocations;

  InstanceData(
      StateFunEngine engine,
      JsonValues json,
      LetterData names,
      ObjectProvider<RecentInvocations> invocations) {
    this.engine = engine;
    this.json = json;
    this.names = names;
    this.invocations = invocations;
  }

  /**
   * An instance.
   *
   * @param known whether the application has a function of that type
   * @param empty whether there is nothing of it
   * @param blocked why its messages wait; null if none has failed
   * @param invocations what it did last; null if nobody knows
   */
  record View(
      Instant time,
      String function,
      String id,
      int partition,
      boolean known,
      boolean empty,
      Map<String, JsonNode> states,
      List<Waiting> waitingMessages,
      List<InstanceContent.Timer> timers,
      List<Reminder> reminders,
      List<String> operations,
      List<Dead> deadLetters,
      @Nullable Blockage blocked,
      boolean partial,
      @Nullable List<Invocation> invocations) {}

  /** A message that waits. */
  record Waiting(String place, LetterData.@Nullable Instance from, String message) {}

  /** A reminder. */
  record Reminder(String name, Instant next, String message) {}

  /** A message that could not be handled. */
  record Dead(Instant time, LetterData.@Nullable Instance from, String message, String cause) {}

  /** Something that it did. */
  record Invocation(
      Instant time, double millis, String what, @Nullable String trace, @Nullable String failure) {}

  CompletableFuture<View> find(String function, String id) {
    Address address = Address.of(TypeName.parse(function), id);
    return engine.instance(address, SHOWN).thenApply(this::view);
  }

  private View view(InstanceView view) {
    InstanceContent content = view.content();
    Address address = view.address();
    TypeName name = engine.nameOf(address.type());
    Map<String, JsonNode> states = new LinkedHashMap<>();
    view.states().forEach((state, held) -> states.put(state, json.state(held)));
    // Of what no class is known for, there is at least the text.
    for (InstanceContent.StateContent state : content.states()) {
      if (state.holdsSomething() && !states.containsKey(state.name())) {
        states.put(state.name(), json.mapper().valueToTree(text(state)));
      }
    }
    return new View(
        Instant.now(),
        name.toString(),
        address.id(),
        address.partition(engine.partitionCount()),
        engine.functions().stream().anyMatch(meter -> isOf(meter.name(), name)),
        content.isEmpty(),
        states,
        map(
            content.messages().first(),
            one -> new Waiting(one.place().name(), names.instance(one.from()), one.message())),
        content.timers().first(),
        map(
            content.reminders().first(),
            one -> new Reminder(one.reminder().name(), one.reminder().next(), one.message())),
        content.operations().first(),
        map(
            content.deadLetters().first(),
            one -> new Dead(one.time(), names.instance(one.from()), one.message(), one.cause())),
        view.blocked(),
        view.partial(),
        invocations(address));
  }

  private static Object text(InstanceContent.StateContent state) {
    String value = state.value();
    if (value != null) {
      return value;
    }
    Map<String, String> entries = new LinkedHashMap<>();
    state.entries().first().forEach(entry -> entries.put(entry.key(), entry.value()));
    return entries;
  }

  private static boolean isOf(String meter, TypeName name) {
    return meter.equals(name.toString()) || meter.equals(name.namespace() + "/*");
  }

  private @Nullable List<Invocation> invocations(Address address) {
    RecentInvocations known = invocations.getIfUnique();
    return known == null
        ? null
        : map(
            known.of(address, INVOCATIONS),
            one ->
                new Invocation(
                    one.time(),
                    one.duration().toNanos() / 1e6,
                    one.messageType().toString(),
                    one.traceId(),
                    one.failure()));
  }

  private static <S, T> List<T> map(List<S> all, Function<S, T> to) {
    return all.stream().map(to).toList();
  }
}
