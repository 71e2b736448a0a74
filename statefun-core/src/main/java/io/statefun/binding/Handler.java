/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import io.statefun.engine.Invocation;
import io.statefun.message.TypeName;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A method that handles messages of one class, ready to be called. */
final class Handler {

  /** Up to how many arguments are passed one by one, which is several times faster. */
  static final int MAX_DIRECT = 4;

  private final String method;
  private final Class<?> messageClass;
  private final TypeName typeName;
  private final Kind kind;
  private final MethodHandle target;
  private final Argument[] arguments;

  /**
   * @param method the method, for texts
   * @param messageClass the class of the messages, or of the requests of asynchronous results
   * @param typeName the name under which such messages travel
   * @param kind what it handles
   * @param target takes the arguments as objects, in an array if there are more than {@link
   *     #MAX_DIRECT}, and returns nothing; that of a query takes them in an array and returns an
   *     object
   * @param arguments where the arguments come from
   */
  Handler(
      String method,
      Class<?> messageClass,
      TypeName typeName,
      Kind kind,
      MethodHandle target,
      List<Argument> arguments) {
    this.method = method;
    this.messageClass = messageClass;
    this.typeName = typeName;
    this.kind = kind;
    this.target = target;
    this.arguments = arguments.toArray(Argument[]::new);
  }

  /** What a handler handles. */
  enum Kind {
    /** Messages. */
    MESSAGE,
    /** Ends of asynchronous operations. */
    ASYNC_END,
    /** Queries, which it answers. */
    QUERY
  }

  /** Where an argument of a handler comes from. */
  @FunctionalInterface
  interface Argument {

    /**
     * The argument, null if the caller is asked for and there is none.
     *
     * @param message the message object, or the result of an asynchronous operation
     */
    @Nullable Object of(Invocation invocation, Object message);
  }

  Class<?> messageClass() {
    return messageClass;
  }

  TypeName typeName() {
    return typeName;
  }

  Kind kind() {
    return kind;
  }

  /**
   * Calls the method.
   *
   * @throws Exception whatever the method throws, errors too
   */
  void call(Invocation invocation, Object message) throws Exception {
    Argument[] from = arguments;
    try {
      switch (from.length) {
        case 1 -> target.invokeExact(from[0].of(invocation, message));
        case 2 ->
            target.invokeExact(from[0].of(invocation, message), from[1].of(invocation, message));
        case 3 ->
            target.invokeExact(
                from[0].of(invocation, message),
                from[1].of(invocation, message),
                from[2].of(invocation, message));
        case 4 ->
            target.invokeExact(
                from[0].of(invocation, message),
                from[1].of(invocation, message),
                from[2].of(invocation, message),
                from[3].of(invocation, message));
        default -> target.invokeExact(spread(from, invocation, message));
      }
    } catch (Throwable e) {
      throw Handler.<Exception>asIs(e);
    }
  }

  /**
   * Calls the method of a query.
   *
   * @return what the method returns
   * @throws Exception whatever the method throws, errors too
   */
  @Nullable Object answer(Invocation invocation, Object message) throws Exception {
    try {
      return (Object) target.invokeExact(spread(arguments, invocation, message));
    } catch (Throwable e) {
      throw Handler.<Exception>asIs(e);
    }
  }

  private static @Nullable Object[] spread(Argument[] from, Invocation invocation, Object message) {
    @Nullable Object[] values = new Object[from.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = from[i].of(invocation, message);
    }
    return values;
  }

  /** Lets a throwable that the signature does not allow pass as it is. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E asIs(Throwable e) throws E {
    throw (E) e;
  }

  @Override
  public String toString() {
    return method;
  }
}
