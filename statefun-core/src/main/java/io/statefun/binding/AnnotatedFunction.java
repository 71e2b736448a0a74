/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.Invocation;
import io.statefun.engine.StateSpec;
import io.statefun.engine.UnhandledMessageException;
import io.statefun.engine.UnknownMessageException;
import io.statefun.function.OnFailure;
import io.statefun.function.StatefulFunction;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function whose handlers are the {@code @MessageHandler} methods of an object.
 *
 * <p>A message is dispatched on its type name, and within a hierarchy on its object's class: the
 * handler with the most specific class gets it. Whether it came as an object or as bytes makes no
 * difference. A message that no handler takes goes to the handler for {@link TypedValue}, if there
 * is one.
 */
public final class AnnotatedFunction implements FunctionInvoker {

  private final TypeName type;
  private final List<TypeName> aliases;
  private final List<StateSpec> states;
  private final FailurePolicy failurePolicy;
  private final HandlerTable messages;
  private final HandlerTable asyncEnds;
  private final HandlerTable queries;

  private AnnotatedFunction(
      TypeName type,
      List<TypeName> aliases,
      List<StateSpec> states,
      FailurePolicy failurePolicy,
      HandlerTable messages,
      HandlerTable asyncEnds,
      HandlerTable queries) {
    this.type = type;
    this.aliases = aliases;
    this.states = states;
    this.failurePolicy = failurePolicy;
    this.messages = messages;
    this.asyncEnds = asyncEnds;
    this.queries = queries;
  }

  /**
   * Binds an object of an annotated class, or of a generated subclass of it, as Spring makes them.
   *
   * @param bean the object, called by several threads at once
   * @param types the message types of the application
   * @param defaultPolicy what happens after a failure if the class has no {@link OnFailure}
   * @throws InvalidFunctionException if the class cannot be a function as it is written
   */
  public static FunctionInvoker bind(Object bean, MessageTypes types, FailurePolicy defaultPolicy) {
    Class<?> type = bean.getClass();
    while (isProxy(type) && type.getSuperclass() != null) {
      type = type.getSuperclass();
    }
    return bind(type, bean, types, defaultPolicy);
  }

  /**
   * Binds an object that may be a proxy: one of a subclass, or one that implements interfaces of
   * the class which declare all handlers.
   *
   * @param userClass the class as the application's author wrote it, with the annotations
   * @param bean the object, called by several threads at once
   * @param types the message types of the application
   * @param defaultPolicy what happens after a failure if the class has no {@link OnFailure}
   * @throws InvalidFunctionException if the class cannot be a function as it is written
   */
  public static FunctionInvoker bind(
      Class<?> userClass, Object bean, MessageTypes types, FailurePolicy defaultPolicy) {
    Objects.requireNonNull(bean, "bean");
    if (Modifier.isAbstract(userClass.getModifiers()) || userClass.isEnum()) {
      throw InvalidFunctionException.notInstantiable(userClass);
    }
    StatefulFunction annotation = userClass.getDeclaredAnnotation(StatefulFunction.class);
    if (annotation == null) {
      throw InvalidFunctionException.notAnnotated(userClass);
    }
    TypeName type = typeName(userClass, annotation.value());
    FailurePolicy failurePolicy = failurePolicy(userClass, defaultPolicy);
    TypeVariables variables = new TypeVariables(userClass);
    States states = new States();
    HandlerBinder binder = new HandlerBinder(bean, types, variables, states);
    List<Handler> handlers = new ArrayList<>();
    for (Method method : HandlerMethods.of(userClass, variables)) {
      handlers.add(binder.bind(method));
    }
    if (handlers.isEmpty()) {
      throw InvalidFunctionException.noHandler(userClass);
    }
    HandlerTable messages = table(handlers, Handler.Kind.MESSAGE, types);
    HandlerTable queries = table(handlers, Handler.Kind.QUERY, types);
    messages.checkApartFrom(queries);
    return new AnnotatedFunction(
        type,
        aliases(userClass, type, annotation.aliases()),
        states.specs(),
        failurePolicy,
        messages,
        table(handlers, Handler.Kind.ASYNC_END, types),
        queries);
  }

  private static HandlerTable table(List<Handler> all, Handler.Kind kind, MessageTypes types) {
    return new HandlerTable(all.stream().filter(one -> one.kind() == kind).toList(), types);
  }

  /** Whether a class was made at run time as a subclass of the one that the author wrote. */
  static boolean isProxy(Class<?> type) {
    return type.getName().contains("$$");
  }

  private static TypeName typeName(Class<?> userClass, String text) {
    try {
      return TypeName.parse(text);
    } catch (IllegalArgumentException e) {
      throw InvalidFunctionException.invalidTypeName(userClass, text, e);
    }
  }

  private static List<TypeName> aliases(Class<?> userClass, TypeName type, String[] texts) {
    List<TypeName> aliases = new ArrayList<>();
    for (String text : texts) {
      TypeName alias = typeName(userClass, text);
      if (alias.equals(type) || aliases.contains(alias)) {
        throw InvalidFunctionException.repeatedAlias(userClass, text);
      }
      aliases.add(alias);
    }
    return List.copyOf(aliases);
  }

  private static FailurePolicy failurePolicy(Class<?> userClass, FailurePolicy defaultPolicy) {
    OnFailure annotation = userClass.getDeclaredAnnotation(OnFailure.class);
    if (annotation == null) {
      return defaultPolicy;
    }
    if (annotation.maxAttempts() < 1) {
      throw InvalidFunctionException.invalidOnFailure(
          userClass,
          "maxAttempts is " + annotation.maxAttempts(),
          "Allow at least 1 attempt; with 1, nothing is tried again.");
    }
    if (!(annotation.multiplier() >= 1.0) || Double.isInfinite(annotation.multiplier())) {
      throw InvalidFunctionException.invalidOnFailure(
          userClass,
          "multiplier is " + annotation.multiplier(),
          "Use a number of at least 1; with 1, all pauses are the same.");
    }
    Duration initial = backoff(userClass, "initialBackoff", annotation.initialBackoff());
    Duration max = backoff(userClass, "maxBackoff", annotation.maxBackoff());
    if (max.compareTo(initial) < 0) {
      throw InvalidFunctionException.invalidOnFailure(
          userClass,
          "maxBackoff, which is "
              + annotation.maxBackoff()
              + ", is shorter than initialBackoff, which is "
              + annotation.initialBackoff(),
          "Make maxBackoff at least as long as initialBackoff.");
    }
    return new FailurePolicy(
        annotation.maxAttempts(), initial, max, annotation.multiplier(), annotation.then());
  }

  private static Duration backoff(Class<?> userClass, String attribute, String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw InvalidFunctionException.invalidOnFailure(
          userClass,
          attribute + ": " + e.getMessage(),
          "Write a time, as in 100ms, 10s, 15m, 12h, 1d or PT10M.");
    }
  }

  @Override
  public TypeName type() {
    return type;
  }

  @Override
  public List<TypeName> aliases() {
    return aliases;
  }

  @Override
  public List<StateSpec> states() {
    return states;
  }

  @Override
  public List<MessageType<?>> messageTypes() {
    List<MessageType<?>> all = new ArrayList<>(messages.messageTypes());
    all.addAll(queries.messageTypes());
    return List.copyOf(all);
  }

  @Override
  public List<MessageType<?>> queryTypes() {
    return queries.messageTypes();
  }

  @Override
  public FailurePolicy failurePolicy() {
    return failurePolicy;
  }

  @Override
  public void invoke(Invocation invocation) throws Exception {
    HandlerTable table = invocation.asyncEnd() == null ? messages : asyncEnds;
    TypedValue message = invocation.message();
    Object object = message.heldObject();
    Handler handler = object == null ? null : table.find(object.getClass(), message.typeName());
    if (handler == null) {
      MessageType<?> messageType = table.messageType(message.typeName());
      if (messageType != null) {
        object = read(invocation, messageType);
        handler = table.find(object.getClass(), message.typeName());
      }
    }
    if (handler == null || object == null) {
      if (table == messages && queries.messageType(message.typeName()) != null) {
        answerInTurn(invocation);
        return;
      }
      handler = table.fallback();
      if (handler == null) {
        throw unhandled(invocation, table, object);
      }
      object = message;
    }
    handler.call(invocation, object);
  }

  /** Answers a query that came as a message. */
  private void answerInTurn(Invocation invocation) throws Exception {
    Object answer = query(invocation.readOnly());
    Address caller = invocation.context().caller();
    if (caller != null) {
      invocation.context().send(caller, answer);
    }
  }

  @Override
  public Object query(Invocation invocation) throws Exception {
    TypedValue message = invocation.message();
    MessageType<?> messageType = queries.messageType(message.typeName());
    Object object = message.heldObject();
    if (object == null && messageType != null) {
      object = read(invocation, messageType);
    }
    Handler handler = object == null ? null : queries.find(object.getClass(), message.typeName());
    if (handler == null || object == null) {
      throw new UnknownMessageException(
          invocation.context().self()
              + " has no handler for a query of type "
              + message.typeName()
              + "; it answers "
              + described(queries),
          null);
    }
    Object answer = handler.answer(invocation, object);
    if (answer == null) {
      throw new IllegalStateException(
          "The handler "
              + handler
              + " has answered a query with null. Return a value that stands for nothing");
    }
    return answer;
  }

  private static String described(HandlerTable table) {
    Set<String> names = table.typeNames();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private static Object read(Invocation invocation, MessageType<?> messageType) {
    try {
      return messageType.javaType().cast(invocation.message().as(messageType));
    } catch (SerializationException e) {
      throw new UnknownMessageException(
          invocation.context().self()
              + " cannot read a message of type "
              + invocation.message().typeName()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static UnhandledMessageException unhandled(
      Invocation invocation, HandlerTable table, @Nullable Object object) {
    boolean async = invocation.asyncEnd() != null;
    return new UnknownMessageException(
        invocation.context().self()
            + " has no handler for "
            + (async ? "an AsyncResult with a request of type " : "a message of type ")
            + invocation.message().typeName()
            + (object == null ? "" : " (" + object.getClass().getName() + ")")
            + "; it handles "
            + described(table),
        null);
  }

  @Override
  public String toString() {
    return type.toString();
  }
}
