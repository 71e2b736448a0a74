/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a function, found by the class of a message object. Ordinary messages and ends of
 * asynchronous operations have a table each.
 */
final class HandlerTable {

  private final Map<Class<?>, Handler> exact = new LinkedHashMap<>();
  private final Map<TypeName, MessageType<?>> messageTypes = new LinkedHashMap<>();
  private final Map<Class<?>, Optional<Handler>> resolved = new ConcurrentHashMap<>();
  private @Nullable Handler fallback;

  /**
   * Fills a table.
   *
   * @throws InvalidFunctionException if two handlers could take one message
   */
  HandlerTable(Collection<Handler> handlers, MessageTypes types) {
    for (Handler handler : handlers) {
      add(handler, types);
    }
    for (Class<?> type : exact.keySet()) {
      checkBelow(type);
    }
  }

  private void add(Handler handler, MessageTypes types) {
    Class<?> message = handler.messageClass();
    if (message == TypedValue.class) {
      if (fallback != null) {
        throw twoHandlers(fallback, handler);
      }
      fallback = handler;
      return;
    }
    Handler same = exact.putIfAbsent(message, handler);
    if (same != null) {
      throw twoHandlers(same, handler);
    }
    MessageType<?> root = types.rootOf(message);
    MessageType<?> other = messageTypes.putIfAbsent(root.typeName(), root);
    if (other != null && other != root) {
      for (Handler earlier : exact.values()) {
        if (earlier != handler && earlier.typeName().equals(handler.typeName())) {
          throw twoHandlers(earlier, handler);
        }
      }
    }
  }

  private static InvalidFunctionException twoHandlers(Handler first, Handler second) {
    return InvalidFunctionException.twoHandlers(
        second.typeName().toString(),
        second.messageClass().getTypeName(),
        first.toString(),
        second.toString());
  }

  /** Looks for classes of a sealed hierarchy that two handlers could take. */
  private void checkBelow(Class<?> type) {
    if (!type.isSealed() || type.isEnum()) {
      return;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      List<Handler> best = mostSpecific(permitted);
      if (best.size() > 1) {
        throw InvalidFunctionException.ambiguousHandlers(
            permitted, best.get(0).toString(), best.get(1).toString());
      }
      checkBelow(permitted);
    }
  }

  /** The handler for objects of a class that have the type name, null if there is none. */
  @Nullable Handler find(Class<?> type, TypeName typeName) {
    Handler handler = exact.get(type);
    if (handler == null) {
      Optional<Handler> known = resolved.get(type);
      if (known == null) {
        known = resolve(type);
        resolved.put(type, known);
      }
      handler = known.orElse(null);
    }
    return handler != null && handler.typeName().equals(typeName) ? handler : null;
  }

  private Optional<Handler> resolve(Class<?> type) {
    List<Handler> best = mostSpecific(type);
    return best.size() == 1 ? Optional.of(best.get(0)) : Optional.empty();
  }

  private List<Handler> mostSpecific(Class<?> type) {
    List<Handler> best = new ArrayList<>();
    for (Handler handler : exact.values()) {
      Class<?> candidate = handler.messageClass();
      if (candidate.isAssignableFrom(type)) {
        best.removeIf(other -> other.messageClass().isAssignableFrom(candidate));
        if (best.stream().noneMatch(o -> candidate.isAssignableFrom(o.messageClass()))) {
          best.add(handler);
        }
      }
    }
    return best;
  }

  /** The types that the handlers take. */
  List<MessageType<?>> messageTypes() {
    return List.copyOf(messageTypes.values());
  }

  /** How messages with the type name are read, null if no handler takes them. */
  @Nullable MessageType<?> messageType(TypeName typeName) {
    return messageTypes.get(typeName);
  }

  /** The handler for all other messages, null if there is none. */
  @Nullable Handler fallback() {
    return fallback;
  }

  /**
   * Makes sure that no message could be one of another table, too, which has queries.
   *
   * @throws InvalidFunctionException if one could
   */
  void checkApartFrom(HandlerTable queries) {
    for (Handler query : queries.exact.values()) {
      for (Handler message : exact.values()) {
        if (message.typeName().equals(query.typeName())) {
          throw InvalidFunctionException.queryIsMessage(
              query.typeName().toString(), query.toString(), message.toString());
        }
      }
    }
  }

  /** The names of the types that have handlers. */
  Set<String> typeNames() {
    Set<String> result = new LinkedHashSet<>();
    messageTypes.keySet().stream().sorted().forEach(name -> result.add(name.toString()));
    return result;
  }
}
