/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A class cannot be a function as it is written. Says what is wrong and what to do about it, so
 * that the application can refuse to start with a text that helps.
 */
public final class InvalidFunctionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String description;
  private final String action;

  private InvalidFunctionException(String description, String action) {
    this(description, action, null);
  }

  private InvalidFunctionException(String description, String action, @Nullable Throwable cause) {
    super(description + " " + action, cause);
    this.description = description;
    this.action = action;
  }

  /** What is wrong, naming class and method. */
  public String description() {
    return description;
  }

  /** What to do about it. */
  public String action() {
    return action;
  }

  static InvalidFunctionException notAnnotated(Class<?> type) {
    return new InvalidFunctionException(
        type.getName() + " is not annotated with @StatefulFunction.",
        "Annotate it with @StatefulFunction(\"namespace/name\").");
  }

  static InvalidFunctionException notInstantiable(Class<?> type) {
    String what =
        type.isInterface() ? "an interface" : type.isEnum() ? "an enum" : "an abstract class";
    return new InvalidFunctionException(
        type.getName() + " is " + what + ", which cannot be a function.",
        "Put @StatefulFunction on a concrete class.");
  }

  static InvalidFunctionException invalidTypeName(
      Class<?> type, String typeName, IllegalArgumentException cause) {
    return new InvalidFunctionException(
        type.getName()
            + " has the function type name '"
            + typeName
            + "', which is not valid: "
            + cause.getMessage()
            + ".",
        "Write @StatefulFunction(\"namespace/name\").",
        cause);
  }

  static InvalidFunctionException repeatedAlias(Class<?> type, String alias) {
    return new InvalidFunctionException(
        type.getName() + " has the function type name '" + alias + "' more than once.",
        "Give as aliases the names that the function had before, each once, and not the one that it"
            + " has.");
  }

  static InvalidFunctionException noHandler(Class<?> type) {
    return new InvalidFunctionException(
        type.getName() + " has no handler.",
        "Annotate the methods that handle messages with @MessageHandler.");
  }

  static InvalidFunctionException handlerNotAnnotated(String method, String overridden) {
    return new InvalidFunctionException(
        method + " overrides the handler " + overridden + ", but is not a handler itself.",
        "Annotate it with @MessageHandler, and its state parameters with @State.");
  }

  static InvalidFunctionException staticHandler(String method) {
    return new InvalidFunctionException(
        "The handler " + method + " is static.", "Make it an instance method.");
  }

  static InvalidFunctionException returnsValue(String method, Class<?> returned) {
    return new InvalidFunctionException(
        "The handler " + method + " returns " + returned.getName() + ", but must return nothing.",
        "Make it void. To answer the caller use Context.reply, to wait for an operation"
            + " Context.async. A handler that only reads and answers may have @QueryHandler.");
  }

  static InvalidFunctionException queryAndMessage(String method) {
    return new InvalidFunctionException(
        "The handler " + method + " has both @QueryHandler and @MessageHandler.",
        "Leave @QueryHandler if it only answers, @MessageHandler if it changes something.");
  }

  static InvalidFunctionException queryWithoutAnswer(String method) {
    return new InvalidFunctionException(
        "The handler " + method + " has @QueryHandler, but returns nothing.",
        "Return the answer. A handler that is to change something has @MessageHandler.");
  }

  static InvalidFunctionException queryAnswersLater(String method, String returned) {
    return new InvalidFunctionException(
        "The handler " + method + " has @QueryHandler, but returns " + returned + ".",
        "Return the answer itself, as a class. To wait for an operation use a @MessageHandler with"
            + " Context.async.");
  }

  static InvalidFunctionException unusableAnswer(
      String method, String returned, String why, IllegalArgumentException cause) {
    return new InvalidFunctionException(
        "The handler " + method + " answers queries with " + returned + ". " + why,
        "Change the type as described, or add a MessageType for it.",
        cause);
  }

  static InvalidFunctionException queryOfNoType(String method, String message) {
    return new InvalidFunctionException(
        "The handler " + method + " has @QueryHandler, but takes " + message + ".",
        "Name the class of the queries that it answers.");
  }

  static InvalidFunctionException queryIsMessage(String typeName, String query, String message) {
    return new InvalidFunctionException(
        "Messages of the type "
            + typeName
            + " are queries for the handler "
            + query
            + ", and others for the handler "
            + message
            + ".",
        "Give the query a type of its own, outside of the sealed interface or class that the other"
            + " messages share.");
  }

  static InvalidFunctionException genericHandler(String method) {
    return new InvalidFunctionException(
        "The handler " + method + " has type parameters of its own.",
        "Name the types instead, or put the type parameters on the class.");
  }

  static InvalidFunctionException inaccessible(String method, RuntimeException cause) {
    return new InvalidFunctionException(
        "The handler " + method + " cannot be called: " + cause.getMessage() + ".",
        "Open its package to the module of StateFun, or run the application on the class path.",
        cause);
  }

  static InvalidFunctionException hiddenByProxy(String method, Class<?> proxy, String why) {
    return new InvalidFunctionException(
        "The handler "
            + method
            + " cannot be called through the proxy "
            + proxy.getName()
            + ": "
            + why
            + ".",
        "Make the method neither private nor final, and let the proxy extend the class"
            + " (proxyTargetClass = true) or declare the method in an interface that the class"
            + " implements.");
  }

  static InvalidFunctionException noMessage(String method) {
    return new InvalidFunctionException(
        "The handler " + method + " takes no message.",
        "Add a parameter of the type of the messages that it handles.");
  }

  static InvalidFunctionException severalMessages(String method, List<String> messages) {
    return new InvalidFunctionException(
        "The handler " + method + " takes several messages: " + String.join(", ", messages) + ".",
        "Leave one of them, or annotate the states among them with @State.");
  }

  static InvalidFunctionException unknownParameter(String method, String parameter, String why) {
    return new InvalidFunctionException(
        "The handler "
            + method
            + " has a parameter "
            + parameter
            + " that is neither a message nor anything else that can be passed: "
            + why,
        "Handlers take one message (or AsyncResult), @State parameters, a Context, and an Address"
            + " for the caller.");
  }

  static InvalidFunctionException unusableMessage(
      String method, String message, String why, IllegalArgumentException cause) {
    return new InvalidFunctionException(
        "The handler " + method + " takes messages of " + message + ". " + why,
        "Change the type as described, or add a MessageType for it.",
        cause);
  }

  static InvalidFunctionException unresolvedMessage(String method, String type) {
    return new InvalidFunctionException(
        "The handler "
            + method
            + " takes messages of "
            + type
            + ", of which nobody knows what class it is.",
        "Name a class, or give the type parameter a value in the class that is the function.");
  }

  static InvalidFunctionException rawAsyncResult(String method) {
    return new InvalidFunctionException(
        "The handler " + method + " takes an AsyncResult without the class of its request.",
        "Write AsyncResult<Request, Result> with classes, not raw and not with '?' for the request.");
  }

  static InvalidFunctionException twoHandlers(
      String typeName, String message, String first, String second) {
    return new InvalidFunctionException(
        "The handlers "
            + first
            + " and "
            + second
            + " both take messages of "
            + message
            + " (type "
            + typeName
            + ").",
        "Leave one of them.");
  }

  static InvalidFunctionException ambiguousHandlers(Class<?> message, String first, String second) {
    return new InvalidFunctionException(
        "The handlers "
            + first
            + " and "
            + second
            + " both take messages of "
            + message.getName()
            + ", and neither is more specific.",
        "Add a handler for " + message.getSimpleName() + " itself.");
  }

  static InvalidFunctionException stateNotAnnotated(String method, String parameter) {
    return new InvalidFunctionException(
        "The handler " + method + " has a parameter " + parameter + " without @State.",
        "Annotate it with @State(\"name\").");
  }

  static InvalidFunctionException notAState(String method, String parameter) {
    return new InvalidFunctionException(
        "The handler "
            + method
            + " has a parameter "
            + parameter
            + " with @State, which is no state.",
        "Use ValueState<T>, ListState<T> or MapState<K, V>.");
  }

  static InvalidFunctionException untypedState(String method, String state, String type) {
    return new InvalidFunctionException(
        "The state '"
            + state
            + "' of the handler "
            + method
            + " is a "
            + type
            + ", which does not say of which class its values are.",
        "Write the state with classes, as in ValueState<Profile>: not raw, and without '?'.");
  }

  static InvalidFunctionException unusableStateType(
      String method, String state, String why, IllegalArgumentException cause) {
    return new InvalidFunctionException(
        "The state '" + state + "' of the handler " + method + " cannot be stored. " + why,
        "Change the type as described, or add a MessageType for it.",
        cause);
  }

  static InvalidFunctionException invalidStateName(String method, String state) {
    return new InvalidFunctionException(
        "The state '" + state + "' of the handler " + method + " has an invalid name.",
        "Use a letter or '_', then letters, digits and '_'.");
  }

  static InvalidFunctionException repeatedStateAlias(String method, String state, String alias) {
    return new InvalidFunctionException(
        "The state '"
            + state
            + "' of the handler "
            + method
            + " has the alias '"
            + alias
            + "', which is also the name of another state, or stands there twice.",
        "Name the state '"
            + state
            + "' in all handlers. Give as aliases the names that it had before, each once.");
  }

  static InvalidFunctionException differentAliases(
      String state, String first, List<String> firstAliases, String second, List<String> aliases) {
    return new InvalidFunctionException(
        "The state '"
            + state
            + "' has the aliases "
            + firstAliases
            + " in the handler "
            + first
            + ", and "
            + aliases
            + " in the handler "
            + second
            + ".",
        "Name the aliases of a state once, or everywhere the same in the same order.");
  }

  static InvalidFunctionException differentStates(
      String state, String first, String firstForm, String second, String secondForm) {
    return new InvalidFunctionException(
        "The state '"
            + state
            + "' is "
            + firstForm
            + " in the handler "
            + first
            + ", and "
            + secondForm
            + " in the handler "
            + second
            + ".",
        "A state has one type and one retention: make both the same, or give one another name.");
  }

  static InvalidFunctionException invalidRetention(
      String method, String state, String text, String why) {
    return new InvalidFunctionException(
        "The state '"
            + state
            + "' of the handler "
            + method
            + " has the retention '"
            + text
            + "', which is not valid: "
            + why
            + ".",
        "Write a time of at least one millisecond, as in 30d, 12h, 15m, 10s, 500ms or PT10M.");
  }

  static InvalidFunctionException twoRetentions(String method, String state) {
    return new InvalidFunctionException(
        "The state '"
            + state
            + "' of the handler "
            + method
            + " has both expireAfterWrite and expireAfterAccess.",
        "Leave one of them.");
  }

  static InvalidFunctionException accessRetention(String method, String state, String type) {
    return new InvalidFunctionException(
        "The state '"
            + state
            + "' of the handler "
            + method
            + " is a "
            + type
            + " with expireAfterAccess, which only a ValueState can have.",
        "Use expireAfterWrite.");
  }

  static InvalidFunctionException invalidOnFailure(Class<?> type, String why, String action) {
    return new InvalidFunctionException(
        type.getName() + " has an @OnFailure that is not valid: " + why + ".", action);
  }
}
