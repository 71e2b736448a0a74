/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.InstanceContent;
import io.statefun.engine.InstanceView;
import io.statefun.engine.RequestFailedException;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.util.UriComponentsBuilder;

/** Answers requests for functions. No thread waits for a reply or a commit. */
final class FunctionApi {

  static final String KEY = "Idempotency-Key";

  private static final int SHOWN = 1_000;

  private final StateFunEngine engine;
  private final ApiProperties properties;
  private final FunctionNames callable;
  private final FunctionNames readable;
  private final JsonValues json;

  FunctionApi(StateFunEngine engine, ApiProperties properties, JsonValues json) {
    this.engine = engine;
    this.properties = properties;
    this.callable = new FunctionNames(properties.call());
    this.readable = new FunctionNames(properties.read());
    this.json = json;
  }

  // Requests

  /** Sends a message, and answers with the function's reply. */
  ServerResponse call(ServerRequest request) {
    return answer(
        request,
        callable,
        target -> {
          TypedValue message = message(request, target);
          String key = request.headers().firstHeader(KEY);
          CompletableFuture<TypedValue> reply =
              key == null
                  ? engine.request(target, message)
                  : engine
                      .keyedCalls()
                      .call(target, message, key, properties.idempotencyRetention());
          return reply
              .orTimeout(properties.timeout().toMillis(), TimeUnit.MILLISECONDS)
              .thenApply(this::reply);
        });
  }

  /** Sends a message, and answers when it is committed. */
  ServerResponse send(ServerRequest request) {
    return answer(
        request,
        callable,
        target -> {
          TypedValue message = message(request, target);
          String key = request.headers().firstHeader(KEY);
          CompletableFuture<Void> sent =
              key == null
                  ? engine.tell(target, message)
                  : engine
                      .keyedCalls()
                      .send(target, message, key, properties.idempotencyRetention());
          return sent.orTimeout(properties.timeout().toMillis(), TimeUnit.MILLISECONDS)
              .thenApply(done -> accepted(request, key));
        });
  }

  /** Answers with the reply to what was called or sent with a key. */
  ServerResponse attach(ServerRequest request) {
    return answer(
        request,
        callable,
        target ->
            engine
                .keyedCalls()
                .attach(target, request.pathVariable("key"))
                .orTimeout(properties.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(this::reply));
  }

  /** Answers with what an instance has. */
  ServerResponse read(ServerRequest request) {
    return answer(
        request,
        readable,
        target ->
            engine
                .instance(target, SHOWN)
                .orTimeout(properties.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(this::instance));
  }

  private ServerResponse answer(
      ServerRequest request,
      FunctionNames allowed,
      Function<Address, CompletableFuture<ServerResponse>> action) {
    try {
      Address target = target(request, allowed);
      if (target == null) {
        // Whether there is such a function is nobody's business.
        return problem(HttpStatus.NOT_FOUND, "There is no such function here");
      }
      return ServerResponse.async(action.apply(target).exceptionally(this::failed));
    } catch (RuntimeException e) {
      return failed(e);
    }
  }

  private @Nullable Address target(ServerRequest request, FunctionNames allowed) {
    TypeName function;
    try {
      function = TypeName.of(request.pathVariable("namespace"), request.pathVariable("function"));
    } catch (IllegalArgumentException e) {
      return null;
    }
    return allowed.has(engine.nameOf(function))
        ? Address.of(function, request.pathVariable("id"))
        : null;
  }

  private TypedValue message(ServerRequest request, Address target) {
    byte[] body = body(request);
    String name = request.param("type").orElse(null);
    return json.read(type(target.type(), name), body);
  }

  private byte[] body(ServerRequest request) {
    int limit = (int) properties.maxBodySize().toBytes();
    try {
      byte[] body = request.servletRequest().getInputStream().readNBytes(limit + 1);
      if (body.length > limit) {
        throw new TooLargeException(limit);
      }
      return body;
    } catch (IOException e) {
      throw new IllegalArgumentException("The body could not be read: " + e.getMessage(), e);
    }
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
    TypeName name = engine.nameOf(function);
    return engine.invokers().stream()
        .filter(invoker -> invoker.type().equals(name))
        .map(FunctionInvoker::messageTypes)
        .findFirst()
        .orElse(List.of());
  }

  private static String names(List<MessageType<?>> types) {
    return types.stream().map(type -> type.typeName().toString()).sorted().toList().toString();
  }

  // Answers

  private ServerResponse reply(TypedValue value) {
    return ok(json.write(value));
  }

  private static ServerResponse ok(byte[] body) {
    return ServerResponse.ok().contentType(MediaType.APPLICATION_JSON).body(body);
  }

  private ServerResponse accepted(ServerRequest request, @Nullable String key) {
    if (key == null) {
      return ServerResponse.accepted().build();
    }
    URI instance = request.uri().resolve(".");
    return ServerResponse.accepted()
        .location(UriComponentsBuilder.fromUri(instance).pathSegment("calls", key).build().toUri())
        .build();
  }

  private ServerResponse instance(InstanceView view) {
    InstanceContent content = view.content();
    Map<String, Object> states = new LinkedHashMap<>();
    view.states().forEach((name, held) -> states.put(name, json.state(held)));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("function", engine.nameOf(view.address().type()).toString());
    all.put("id", view.address().id());
    all.put("states", states);
    all.put("waitingMessages", content.messages().first().stream().map(FunctionApi::text).toList());
    all.put("timers", content.timers().first());
    all.put("reminders", content.reminders().first().stream().map(FunctionApi::text).toList());
    all.put("operations", content.operations().first());
    all.put("deadLetters", content.deadLetters().first().stream().map(FunctionApi::text).toList());
    all.put("partial", view.partial());
    return ok(json.mapper().writeValueAsBytes(all));
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

  private ServerResponse failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String text = String.valueOf(cause.getMessage());
    if (cause instanceof RequestFailedException refused) {
      return problem(status(refused.reason()), text);
    }
    if (cause instanceof TooLargeException) {
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

  private ServerResponse problem(HttpStatus status, String detail) {
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("title", problem.getTitle());
    body.put("status", problem.getStatus());
    body.put("detail", problem.getDetail());
    ServerResponse.BodyBuilder answer =
        ServerResponse.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
    if (status == HttpStatus.SERVICE_UNAVAILABLE) {
      answer.header(HttpHeaders.RETRY_AFTER, "1");
    }
    return answer.body(json.mapper().writeValueAsBytes(body));
  }

  /** The body is larger than what is taken. */
  private static final class TooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooLargeException(int limit) {
      super("The body has more than " + limit + " bytes, which is all that is taken");
    }
  }
}
