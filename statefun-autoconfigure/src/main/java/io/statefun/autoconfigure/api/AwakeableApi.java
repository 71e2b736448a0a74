/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.engine.CompletionRefusedException;
import io.statefun.engine.RequestFailedException;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Completes awakeables. Who has a token needs nothing else, so that nothing is told to who has
 * none.
 */
final class AwakeableApi {

  private final StateFunEngine engine;
  private final JsonValues json;

  AwakeableApi(StateFunEngine engine, JsonValues json) {
    this.engine = engine;
    this.json = json;
  }

  /** Completes an awakeable, and answers when that is committed. */
  ApiAnswer<?> complete(ApiRequest request) {
    byte[] body = request.body();
    MessageType<?> type = type(request.parameter("type"));
    return ApiAnswer.small(
        engine.awakeables().complete(request.variable("token"), json.read(type, body)),
        done -> ApiResponse.accepted(Map.of()));
  }

  /** The type of that name, which nothing but its own name tells: whose it is, the token hides. */
  private MessageType<?> type(@Nullable String name) {
    if (name == null) {
      throw new IllegalArgumentException("Name the type of the message by the parameter 'type'");
    }
    List<MessageType<?>> called =
        engine.invokers().stream()
            .flatMap(invoker -> invoker.messageTypes().stream())
            .filter(type -> isCalled(type, name))
            .distinct()
            .toList();
    if (called.size() > 1) {
      throw new IllegalArgumentException(
          "There are several types of the name '" + name + "': use the whole one");
    }
    MessageType<?> known = called.isEmpty() ? find(name) : called.get(0);
    if (known == null) {
      throw new IllegalArgumentException("There is no type of the name '" + name + "'");
    }
    return known;
  }

  private static boolean isCalled(MessageType<?> type, String name) {
    return type.typeName().toString().equals(name) || type.javaType().getSimpleName().equals(name);
  }

  /** A function elsewhere does not say what it takes. */
  private @Nullable MessageType<?> find(String name) {
    return name.contains("/") ? engine.messageTypes().find(TypeName.parse(name)) : null;
  }

  // Failures

  /** What is said if it is not completed, or nobody knows. */
  ApiResponse failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String detail =
        cause instanceof TimeoutException
            ? "It is not known whether it is completed. To ask again with the same message does no"
                + " harm"
            : String.valueOf(cause.getMessage());
    return ApiResponse.problem(json.mapper(), status(cause), detail);
  }

  private static HttpStatus status(Throwable cause) {
    if (cause instanceof CompletionRefusedException refused) {
      return switch (refused.reason()) {
        case UNKNOWN -> HttpStatus.NOT_FOUND;
        case COMPLETED -> HttpStatus.CONFLICT;
        case OVER -> HttpStatus.GONE;
        case WRONG_TYPE -> HttpStatus.BAD_REQUEST;
      };
    }
    if (cause instanceof ApiRequest.TooLargeException) {
      return HttpStatus.CONTENT_TOO_LARGE;
    }
    if (cause instanceof IllegalArgumentException
        || cause instanceof InvalidJsonException
        || cause instanceof RequestFailedException) {
      return HttpStatus.BAD_REQUEST;
    }
    return cause instanceof TimeoutException
        ? HttpStatus.GATEWAY_TIMEOUT
        : HttpStatus.SERVICE_UNAVAILABLE;
  }
}
