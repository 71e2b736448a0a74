/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import io.statefun.engine.Invocation.AsyncEnd;
import io.statefun.engine.Retention;
import io.statefun.engine.StateSpec;
import io.statefun.function.AsyncResult;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a handler of a method: decides for each parameter where the argument comes from. */
final class HandlerBinder {

  private static final Pattern STATE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** The name under which handlers for any message are kept; no value has this type. */
  private static final TypeName ANY = TypeName.of("io.statefun", "any");

  private final Object bean;
  private final MessageTypes types;
  private final TypeVariables variables;
  private final States states;

  HandlerBinder(Object bean, MessageTypes types, TypeVariables variables, States states) {
    this.bean = bean;
    this.types = types;
    this.variables = variables;
    this.states = states;
  }

  /**
   * Binds a method.
   *
   * @throws InvalidFunctionException if it cannot be a handler
   */
  Handler bind(Method method) {
    String name = HandlerMethods.describe(method);
    if (Modifier.isStatic(method.getModifiers())) {
      throw InvalidFunctionException.staticHandler(name);
    }
    boolean query = HandlerMethods.isQuery(method);
    if (query) {
      checkQuery(name, method);
    } else if (method.getReturnType() != void.class) {
      throw InvalidFunctionException.returnsValue(name, method.getReturnType());
    }
    if (method.getTypeParameters().length > 0) {
      throw InvalidFunctionException.genericHandler(name);
    }
    Type[] parameterTypes = method.getGenericParameterTypes();
    Parameter[] parameters = method.getParameters();
    List<Handler.Argument> arguments = new ArrayList<>();
    List<Type> messages = new ArrayList<>();
    for (int i = 0; i < parameters.length; i++) {
      Type type = variables.resolve(parameterTypes[i]);
      State state = parameters[i].getAnnotation(State.class);
      Handler.Argument argument =
          state == null ? withoutState(name, type) : state(name, state, type);
      if (argument == null) {
        messages.add(type);
        argument = (invocation, message) -> message;
      }
      arguments.add(argument);
    }
    Type message = message(name, messages);
    boolean async = variables.classOf(message) == AsyncResult.class;
    if (query && (async || variables.classOf(message) == TypedValue.class)) {
      throw InvalidFunctionException.queryOfNoType(name, nameOf(message));
    }
    Class<?> messageClass = async ? requestOf(name, message) : classOf(name, message);
    return new Handler(
        name,
        messageClass,
        typeName(name, messageClass),
        query ? Handler.Kind.QUERY : async ? Handler.Kind.ASYNC_END : Handler.Kind.MESSAGE,
        HandlerMethods.handle(method, bean, variables),
        async ? withResult(arguments, parameterTypes) : arguments);
  }

  private void checkQuery(String name, Method method) {
    if (method.isAnnotationPresent(MessageHandler.class)) {
      throw InvalidFunctionException.queryAndMessage(name);
    }
    Type returned = variables.resolve(method.getGenericReturnType());
    Class<?> plain = variables.classOf(returned);
    if (plain == void.class || plain == Void.class) {
      throw InvalidFunctionException.queryWithoutAnswer(name);
    }
    if (plain == null
        || CompletionStage.class.isAssignableFrom(plain)
        || Future.class.isAssignableFrom(plain)) {
      throw InvalidFunctionException.queryAnswersLater(name, nameOf(returned));
    }
    if (plain != TypedValue.class && plain != Object.class) {
      try {
        MessageType<?> unused = types.forClass(plain);
      } catch (IllegalArgumentException e) {
        throw InvalidFunctionException.unusableAnswer(
            name, nameOf(returned), String.valueOf(e.getMessage()), e);
      }
    }
  }

  /** The source of a parameter without {@code @State}, null if it can only be the message. */
  private Handler.@Nullable Argument withoutState(String method, Type type) {
    Class<?> plain = variables.classOf(type);
    if (plain == Context.class) {
      return (invocation, message) -> invocation.context();
    }
    if (plain == Address.class) {
      return (invocation, message) -> invocation.context().caller();
    }
    if (isState(plain)) {
      throw InvalidFunctionException.stateNotAnnotated(method, nameOf(type));
    }
    return null;
  }

  private List<Handler.Argument> withResult(
      List<Handler.Argument> arguments, Type[] parameterTypes) {
    for (int i = 0; i < parameterTypes.length; i++) {
      if (variables.classOf(parameterTypes[i]) == AsyncResult.class) {
        arguments.set(
            i,
            (invocation, request) -> {
              AsyncEnd end = Objects.requireNonNull(invocation.asyncEnd());
              return new AsyncResult<>(request, end.status(), end.value(), end.failure());
            });
      }
    }
    return arguments;
  }

  // ---------------------------------------------------------------------------------- messages

  private Type message(String method, List<Type> candidates) {
    if (candidates.isEmpty()) {
      throw InvalidFunctionException.noMessage(method);
    }
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    for (Type candidate : candidates) {
      Class<?> plain = variables.classOf(candidate);
      if (plain == null) {
        throw InvalidFunctionException.unresolvedMessage(method, nameOf(candidate));
      }
      if (plain != TypedValue.class && plain != AsyncResult.class) {
        try {
          types.forClass(plain);
        } catch (IllegalArgumentException e) {
          throw InvalidFunctionException.unknownParameter(
              method, nameOf(candidate), String.valueOf(e.getMessage()));
        }
      }
    }
    throw InvalidFunctionException.severalMessages(
        method, candidates.stream().map(HandlerBinder::nameOf).toList());
  }

  private Class<?> requestOf(String method, Type message) {
    if (message instanceof ParameterizedType generic) {
      Type request = variables.resolve(generic.getActualTypeArguments()[0]);
      Class<?> plain = variables.classOf(request);
      if (plain != null) {
        return plain;
      }
    }
    throw InvalidFunctionException.rawAsyncResult(method);
  }

  private Class<?> classOf(String method, Type message) {
    Class<?> plain = variables.classOf(message);
    if (plain == null) {
      throw InvalidFunctionException.unresolvedMessage(method, nameOf(message));
    }
    return plain.isPrimitive() ? MethodType.methodType(plain).wrap().returnType() : plain;
  }

  private TypeName typeName(String method, Class<?> message) {
    if (message == TypedValue.class) {
      return ANY;
    }
    try {
      return types.forClass(message).typeName();
    } catch (IllegalArgumentException e) {
      throw InvalidFunctionException.unusableMessage(
          method, nameOf(message), String.valueOf(e.getMessage()), e);
    }
  }

  // ------------------------------------------------------------------------------------ states

  private static boolean isState(@Nullable Class<?> type) {
    return type == ValueState.class || type == ListState.class || type == MapState.class;
  }

  private Handler.Argument state(String method, State annotation, Type type) {
    Class<?> plain = variables.classOf(type);
    if (!isState(plain)) {
      throw InvalidFunctionException.notAState(method, nameOf(type));
    }
    String name = annotation.value();
    checkStateName(method, name);
    List<String> aliases = List.of(annotation.aliases());
    aliases.forEach(alias -> checkStateName(method, alias));
    if (!(type instanceof ParameterizedType generic)) {
      throw InvalidFunctionException.untypedState(method, name, nameOf(type));
    }
    Type[] contents = generic.getActualTypeArguments();
    Retention retention = retention(method, annotation, generic);
    MessageType<?> first = contentType(method, name, generic, contents[0]);
    if (plain == ValueState.class) {
      StateSpec spec = new StateSpec(name, StateSpec.Kind.VALUE, first, null, retention, aliases);
      int slot = states.declare(spec, method);
      return (invocation, message) -> invocation.value(slot);
    }
    if (plain == ListState.class) {
      StateSpec spec = new StateSpec(name, StateSpec.Kind.LIST, first, null, retention, aliases);
      int slot = states.declare(spec, method);
      return (invocation, message) -> invocation.list(slot);
    }
    MessageType<?> second = contentType(method, name, generic, contents[1]);
    StateSpec spec = new StateSpec(name, StateSpec.Kind.MAP, second, first, retention, aliases);
    int slot = states.declare(spec, method);
    return (invocation, message) -> invocation.map(slot);
  }

  private static void checkStateName(String method, String name) {
    if (!STATE_NAME.matcher(name).matches()) {
      throw InvalidFunctionException.invalidStateName(method, name);
    }
  }

  private MessageType<?> contentType(String method, String state, Type type, Type content) {
    Class<?> plain = variables.classOf(content);
    if (plain == null) {
      throw InvalidFunctionException.untypedState(method, state, nameOf(type));
    }
    try {
      return types.forClass(plain);
    } catch (IllegalArgumentException e) {
      throw InvalidFunctionException.unusableStateType(
          method, state, String.valueOf(e.getMessage()), e);
    }
  }

  private static Retention retention(String method, State annotation, ParameterizedType type) {
    String afterWrite = annotation.expireAfterWrite();
    String afterAccess = annotation.expireAfterAccess();
    if (afterWrite.isEmpty() && afterAccess.isEmpty()) {
      return Retention.FOREVER;
    }
    if (afterAccess.isEmpty()) {
      return retention(method, annotation, Retention.Mode.AFTER_WRITE, afterWrite);
    }
    if (!afterWrite.isEmpty()) {
      throw InvalidFunctionException.twoRetentions(method, annotation.value());
    }
    if (type.getRawType() != ValueState.class) {
      throw InvalidFunctionException.accessRetention(
          method, annotation.value(), ((Class<?>) type.getRawType()).getSimpleName());
    }
    return retention(method, annotation, Retention.Mode.AFTER_ACCESS, afterAccess);
  }

  private static Retention retention(
      String method, State annotation, Retention.Mode mode, String text) {
    try {
      Duration after = Durations.parse(text);
      return new Retention(mode, after);
    } catch (IllegalArgumentException e) {
      throw InvalidFunctionException.invalidRetention(
          method, annotation.value(), text, String.valueOf(e.getMessage()));
    }
  }

  private static String nameOf(Type type) {
    return type.getTypeName();
  }
}
