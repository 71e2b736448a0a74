/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.engine.DeadLetter;
import io.statefun.engine.DeadLetters;
import io.statefun.engine.RequestFailedException;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import tools.jackson.databind.JsonNode;

/** Lists the dead letters, and, if it is allowed to, has them handled again or drops them. */
@Endpoint(id = "deadletters", defaultAccess = Access.READ_ONLY)
final class DeadLettersEndpoint {

  private static final int USUAL_LIMIT = 100;
  private static final int MAX_LIMIT = 10_000;
  private static final int BAD_REQUEST = 400;
  private static final int GATEWAY_TIMEOUT = 504;

  /** A caller over HTTP is not kept waiting for longer. */
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final StateFunEngine engine;
  private final JsonValues json;

  DeadLettersEndpoint(StateFunEngine engine, JsonValues json) {
    this.engine = engine;
    this.json = json;
  }

  /**
   * Lists them, the oldest first.
   *
   * @param limit how many at most
   */
  @ReadOperation
  WebEndpointResponse<Object> list(@Nullable Integer limit) {
    int many = limit == null ? USUAL_LIMIT : Math.max(1, Math.min(limit, MAX_LIMIT));
    return answer(() -> engine.deadLetters().list(many), this::descriptors);
  }

  private Descriptors descriptors(DeadLetters.Page page) {
    return new Descriptors(page.letters().stream().map(this::descriptor).toList(), page.more());
  }

  private Descriptor descriptor(DeadLetters.Stored stored) {
    DeadLetter letter = stored.letter();
    Map<String, String> headers = new TreeMap<>();
    letter.headers().forEach((name, value) -> headers.put(name, text(value)));
    return new Descriptor(
        stored.id().toString(),
        letter.time(),
        text(letter.target()),
        text(letter.source()),
        letter.value().typeName().toString(),
        json.tree(letter.value()),
        stored.cut(),
        letter.origin(),
        headers,
        letter.cause());
  }

  private static String text(byte[] header) {
    return new String(header, StandardCharsets.UTF_8);
  }

  private static @Nullable String text(@Nullable Address address) {
    return address == null ? null : address.type() + "/" + address.id();
  }

  /**
   * Has one handled again.
   *
   * @param target to whom it goes in place of its target, as namespace/name/id
   * @param type the type of the message in place of what it was
   * @param message the message in place of what it was, as JSON in a text
   */
  @WriteOperation
  WebEndpointResponse<Object> replay(
      @Selector String id,
      @Nullable String target,
      @Nullable String type,
      @Nullable String message) {
    return answer(
        () ->
            engine
                .deadLetters()
                .replay(
                    DeadLetters.Id.parse(id),
                    target == null ? null : address(target),
                    message == null ? null : read(type, message)),
        done -> null);
  }

  private Object read(@Nullable String type, String message) {
    MessageType<?> known = type == null ? null : engine.messageTypes().find(TypeName.parse(type));
    if (known == null) {
      throw new IllegalArgumentException(
          "A message needs the type that it has, and there is no type '" + type + "'");
    }
    return json.read(known, message.getBytes(StandardCharsets.UTF_8));
  }

  private static Address address(String text) {
    int slash = text.indexOf('/', text.indexOf('/') + 1);
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is no instance, which are as namespace/name/id");
    }
    return Address.of(text.substring(0, slash), text.substring(slash + 1));
  }

  /** Drops one. */
  @DeleteOperation
  WebEndpointResponse<Object> discard(@Selector String id) {
    return answer(() -> engine.deadLetters().discard(DeadLetters.Id.parse(id)), done -> null);
  }

  private static <T> WebEndpointResponse<Object> answer(
      Supplier<CompletableFuture<T>> action, Function<T, @Nullable Object> body) {
    try {
      CompletableFuture<T> answer =
          action.get().orTimeout(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      Object shown = body.apply(answer.get());
      return shown == null
          ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT)
          : new WebEndpointResponse<>(shown);
    } catch (ExecutionException e) {
      return failed(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(e);
    } catch (RuntimeException e) {
      return failed(e);
    }
  }

  private static WebEndpointResponse<Object> failed(@Nullable Throwable cause) {
    if (cause instanceof TimeoutException) {
      return new WebEndpointResponse<>(
          new Problem("There is no answer yet; what was asked for may be done."), GATEWAY_TIMEOUT);
    }
    int status = WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE;
    if (cause instanceof IllegalArgumentException || cause instanceof InvalidJsonException) {
      status = BAD_REQUEST;
    } else if (cause instanceof RequestFailedException refused) {
      status =
          refused.reason() == RequestFailedException.Reason.NOT_FOUND
              ? WebEndpointResponse.STATUS_NOT_FOUND
              : BAD_REQUEST;
    }
    return new WebEndpointResponse<>(
        new Problem(cause == null ? "unknown" : String.valueOf(cause.getMessage())), status);
  }

  /**
   * Some of the dead letters.
   *
   * @param more whether there are more
   */
  record Descriptors(List<Descriptor> deadLetters, boolean more) {}

  /**
   * A dead letter.
   *
   * @param message as JSON, or as bytes if its type is not known
   * @param cut whether the message is longer than what is shown
   */
  record Descriptor(
      String id,
      Instant time,
      @Nullable String target,
      @Nullable String source,
      String type,
      JsonNode message,
      boolean cut,
      String origin,
      Map<String, String> headers,
      String cause) {}

  /** Why it was not done. */
  record Problem(String message) {}
}
