/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.engine.Blockage;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.InstanceContent;
import io.statefun.engine.InstanceView;
import io.statefun.engine.RequestFailedException;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.JsonNode;

/** Answers requests for functions. */
final class FunctionApi {

  static final String KEY = "Idempotency-Key";

  private static final int SHOWN = 1_000;

  private final StateFunEngine engine;
  private final ApiProperties properties;
  private final FunctionNames callable;
  private final FunctionNames readable;
  private final JsonValues json;
  private final String title;
  private final Map<TypeName, List<MessageType<?>>> taken;

  FunctionApi(StateFunEngine engine, ApiProperties properties, JsonValues json, String title) {
    this.engine = engine;
    this.properties = properties;
    this.callable = new FunctionNames(properties.call());
    this.readable = new FunctionNames(properties.read());
    this.json = json;
    this.title = title;
    this.taken =
        engine.invokers().stream()
            .collect(Collectors.toMap(FunctionInvoker::type, FunctionInvoker::messageTypes));
  }

  // Requests

  /** Sends a message, and answers with the function's reply. */
  ApiAnswer<?> call(ApiRequest request) {
    return answer(
        request,
        callable,
        target -> {
          TypedValue message = message(request, target);
          return ApiAnswer.small(replyTo(target, message, request.header(KEY)), this::reply);
        });
  }

  private CompletableFuture<TypedValue> replyTo(
      Address target, TypedValue message, @Nullable String key) {
    if (engine.isQuery(target.type(), message.typeName())) {
      // It has no effect that could come twice.
      return engine.query(target, message);
    }
    checkRoom(target);
    return key == null
        ? engine.request(target, message)
        : engine.keyedCalls().call(target, message, key, properties.idempotencyRetention());
  }

  /** Sends a message, and answers when it is committed. */
  ApiAnswer<?> send(ApiRequest request) {
    return answer(
        request,
        callable,
        target -> {
          TypedValue message = message(request, target);
          checkRoom(target);
          String key = request.header(KEY);
          if (key == null) {
            return ApiAnswer.small(
                engine.tell(target, message), done -> ApiResponse.accepted(Map.of()));
          }
          Map<String, String> location = Map.of(HttpHeaders.LOCATION, location(request, key));
          return ApiAnswer.small(
              engine.keyedCalls().send(target, message, key, properties.idempotencyRetention()),
              done -> ApiResponse.accepted(location));
        });
  }

  /** A thread of the web server must not be held up: the next request may ask for the health. */
  private void checkRoom(Address target) {
    if (!engine.hasRoom(target)) {
      throw new IllegalStateException(
          "Too many messages wait for the functions of this process. Nothing was sent; try again"
              + " later");
    }
  }

  private static String location(ApiRequest request, String key) {
    return UriComponentsBuilder.fromUri(request.uri().resolve("."))
        .pathSegment("calls", key)
        .build()
        .toUri()
        .toString();
  }

  /** Answers with the reply to what was called or sent with a key. */
  ApiAnswer<?> attach(ApiRequest request) {
    return answer(
        request,
        callable,
        target ->
            ApiAnswer.small(
                engine.keyedCalls().attach(target, request.variable("key")), this::reply));
  }

  /** Answers with what an instance has. */
  ApiAnswer<?> read(ApiRequest request) {
    return answer(
        request,
        readable,
        target -> ApiAnswer.large(engine.instance(target, SHOWN), this::instance));
  }

  /** Answers with a description of the functions that are exposed. */
  ApiAnswer<?> describe(ApiRequest request) {
    JsonNode description = OpenApi.of(json.mapper(), title, properties, taken);
    return ApiAnswer.of(ApiResponse.ok(json.mapper().writeValueAsBytes(description)));
  }

  private ApiAnswer<?> answer(
      ApiRequest request, FunctionNames allowed, Function<Address, ApiAnswer<?>> action) {
    Address target = target(request, allowed);
    // Whether there is such a function is nobody's business.
    return target == null
        ? ApiAnswer.of(problem(HttpStatus.NOT_FOUND, "There is no such function here"))
        : action.apply(target);
  }

  private @Nullable Address target(ApiRequest request, FunctionNames allowed) {
    TypeName function;
    try {
      function = TypeName.of(request.variable("namespace"), request.variable("function"));
    } catch (IllegalArgumentException e) {
      return null;
    }
    return allowed.has(engine.nameOf(function))
        ? Address.of(function, request.variable("id"))
        : null;
  }

  private TypedValue message(ApiRequest request, Address target) {
    byte[] body = request.body();
    return json.read(type(target.type(), request.parameter("type")), body);
  }

  /** The type of a message: the one that is named, or the only one that the function takes. */
  private MessageType<?> type(TypeName function, @Nullable String name) {
    List<MessageType<?>> taken = taken(function);
    if (name != null) {
      return taken.stream()
          .filter(type -> isCalled(type, name))
          .findFirst()
          .orElseGet(() -> otherwise(function, name, taken));
    }
    if (taken.size() == 1) {
      return taken.get(0);
    }
    throw new IllegalArgumentException(
        "Name the type of the message by the parameter 'type'. "
            + function
            + " takes "
            + names(taken));
  }

  private static boolean isCalled(MessageType<?> type, String name) {
    return type.typeName().toString().equals(name) || type.javaType().getSimpleName().equals(name);
  }

  private MessageType<?> otherwise(TypeName function, String name, List<MessageType<?>> taken) {
    // A function elsewhere does not say what it takes.
    MessageType<?> known =
        taken.isEmpty() && name.contains("/")
            ? engine.messageTypes().find(TypeName.parse(name))
            : null;
    if (known == null) {
      throw new IllegalArgumentException(
          function + " takes no message of the type '" + name + "', but " + names(taken));
    }
    return known;
  }

  private List<MessageType<?>> taken(TypeName function) {
    return taken.getOrDefault(engine.nameOf(function), List.of());
  }

  private static String names(List<MessageType<?>> types) {
    return types.stream().map(type -> type.typeName().toString()).sorted().toList().toString();
  }

  // Answers

  private ApiResponse reply(TypedValue value) {
    return ApiResponse.ok(json.write(value));
  }

  private ApiResponse instance(InstanceView view) {
    InstanceContent content = view.content();
    Map<String, Object> states = new LinkedHashMap<>();
    view.states().forEach((name, held) -> states.put(name, json.state(held)));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("function", engine.nameOf(view.address().type()).toString());
    all.put("id", view.address().id());
    all.put("states", states);
    all.put("blocked", view.blocked() == null ? null : text(view.blocked()));
    all.put("waitingMessages", content.messages().first().stream().map(FunctionApi::text).toList());
    all.put("timers", content.timers().first());
    all.put("reminders", content.reminders().first().stream().map(FunctionApi::text).toList());
    all.put("operations", content.operations().first());
    all.put("deadLetters", content.deadLetters().first().stream().map(FunctionApi::text).toList());
    all.put("partial", view.partial());
    return ApiResponse.ok(json.mapper().writeValueAsBytes(all));
  }

  private static Map<String, Object> text(Blockage blocked) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("failures", blocked.failures());
    text.put("nextAttempt", blocked.nextAttempt());
    text.put("cause", blocked.cause());
    return text;
  }

  private static Map<String, Object> text(InstanceContent.Waiting waiting) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("place", waiting.place());
    text.put("from", sender(waiting.from()));
    text.put("message", waiting.message());
    return text;
  }

  private static Map<String, Object> text(InstanceContent.Reminder reminder) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("name", reminder.reminder().name());
    text.put("next", reminder.reminder().next());
    text.put("message", reminder.message());
    return text;
  }

  private static Map<String, Object> text(InstanceContent.Dead dead) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("time", dead.time());
    text.put("from", sender(dead.from()));
    text.put("message", dead.message());
    text.put("cause", dead.cause());
    return text;
  }

  private static @Nullable String sender(@Nullable Address from) {
    return from == null ? null : from.toString();
  }

  // Failures

  /** What is said if there is no answer. */
  ApiResponse failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String text = String.valueOf(cause.getMessage());
    if (cause instanceof RequestFailedException refused) {
      return problem(status(refused.reason()), text);
    }
    if (cause instanceof ApiRequest.TooLargeException) {
      return problem(HttpStatus.CONTENT_TOO_LARGE, text);
    }
    if (cause instanceof IllegalArgumentException || cause instanceof InvalidJsonException) {
      return problem(HttpStatus.BAD_REQUEST, text);
    }
    if (cause instanceof TimeoutException) {
      return problem(
          HttpStatus.GATEWAY_TIMEOUT,
          "There was no answer for "
              + properties.timeout()
              + ". What was asked for may be done yet; with the header "
              + KEY
              + " it can be asked for again");
    }
    return problem(HttpStatus.SERVICE_UNAVAILABLE, text);
  }

  private static HttpStatus status(RequestFailedException.Reason reason) {
    return switch (reason) {
      case DEAD_LETTER -> HttpStatus.UNPROCESSABLE_CONTENT;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case KEY_REUSED -> HttpStatus.CONFLICT;
      case INVALID -> HttpStatus.BAD_REQUEST;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case FAILED -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  private ApiResponse problem(HttpStatus status, String detail) {
    return ApiResponse.problem(json.mapper(), status, detail);
  }
}
