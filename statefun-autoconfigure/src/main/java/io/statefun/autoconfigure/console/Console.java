/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import io.statefun.engine.StateFunEngine;
import io.statefun.savepoint.Savepoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/** Answers the requests of the page. No thread waits for what other processes say. */
final class Console {

  private static final Logger log = LoggerFactory.getLogger(Console.class);

  /** What a page of another site cannot send without being allowed to. */
  static final String HEADER = "X-StateFun-Console";

  private static final int LARGEST_BODY = 4 << 20;
  private static final int PARTITIONS = 512;
  private static final Duration SAVEPOINT = Duration.ofMinutes(10);
  private static final long SAVEPOINT_ANSWER_SECONDS = 8;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final StateFunEngine engine;
  private final ConsoleProperties properties;
  private final ConsoleData data;
  private final LetterData letters;
  private final InstanceData instances;
  private final Assets assets = new Assets();

  Console(
      StateFunEngine engine,
      ConsoleProperties properties,
      ConsoleData data,
      LetterData letters,
      InstanceData instances) {
    this.engine = engine;
    this.properties = properties;
    this.data = data;
    this.letters = letters;
    this.instances = instances;
  }

  RouterFunction<ServerResponse> routes() {
    String path = properties.path();
    String read = path + "/data/";
    RouterFunctions.Builder routes =
        RouterFunctions.route()
            .GET(path, this::redirect)
            .GET(path + "/", request -> asset(request, Assets.PAGE))
            .GET(path + "/assets/{name}", request -> asset(request, request.pathVariable("name")))
            .GET(read + "overview", request -> Answers.data(overview(request)))
            .GET(read + "history", this::history)
            .GET(read + "functions", request -> Answers.data(data.functions()))
            .GET(read + "graph", request -> Answers.data(data.graph()))
            .GET(read + "partitions", this::partitions)
            .GET(read + "commits", request -> Answers.data(data.commits()))
            .GET(read + "savepoints", request -> Answers.data(data.savepoints()))
            .GET(read + "endpoints", request -> Answers.data(data.endpoints()))
            .GET(read + "dead-letters", this::deadLetters)
            .GET(read + "dead-letters/{id}", this::deadLetter)
            .GET(read + "instance", this::instance);
    if (properties.writable()) {
      routes
          .POST(read + "dead-letters/replay", request -> change(request, this::replay))
          .POST(read + "dead-letters/discard", request -> change(request, this::discard))
          .POST(read + "savepoints", request -> change(request, this::takeSavepoint));
    }
    return routes.onError(Exception.class, (failure, request) -> Answers.failed(failure)).build();
  }

  // The page

  /**
   * To where relative addresses lead into the console; relative itself, as a proxy may be there.
   */
  private ServerResponse redirect(ServerRequest request) {
    String path = properties.path();
    return Answers.of(HttpStatus.FOUND)
        .cacheControl(CacheControl.noStore())
        .header(HttpHeaders.LOCATION, path.substring(path.lastIndexOf('/') + 1) + "/")
        .build();
  }

  private ServerResponse asset(ServerRequest request, String name) {
    Assets.Asset asset = assets.find(name);
    if (asset == null) {
      return Answers.problem(HttpStatus.NOT_FOUND, "There is no such file");
    }
    boolean known = asset.tag().equals(request.headers().firstHeader(HttpHeaders.IF_NONE_MATCH));
    ServerResponse.BodyBuilder answer =
        Answers.of(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
            .cacheControl(CacheControl.noCache())
            .eTag(asset.tag());
    return known ? answer.build() : answer.contentType(asset.type()).body(asset.content());
  }

  // Data

  private Map<String, Object> overview(ServerRequest request) {
    Map<String, Object> overview = data.overview();
    overview.put("csrf", properties.writable() ? CsrfTokens.of(request.servletRequest()) : null);
    return overview;
  }

  private ServerResponse history(ServerRequest request) {
    return Answers.data(data.history(number(request, "since", 0)));
  }

  private ServerResponse partitions(ServerRequest request) {
    int offset = (int) Math.max(0, number(request, "offset", 0));
    int limit = (int) Math.max(1, Math.min(PARTITIONS, number(request, "limit", PARTITIONS)));
    return Answers.data(data.partitions(offset, limit));
  }

  private ServerResponse deadLetters(ServerRequest request) {
    return Answers.later(
        letters.list(request.param("function").orElse(""), request.param("text").orElse("")));
  }

  private ServerResponse deadLetter(ServerRequest request) {
    return Answers.later(letters.find(request.pathVariable("id")));
  }

  private ServerResponse instance(ServerRequest request) {
    return Answers.later(
        instances.find(request.param("function").orElse(""), request.param("id").orElse("")));
  }

  private static long number(ServerRequest request, String name, long otherwise) {
    try {
      return request.param(name).map(Long::parseLong).orElse(otherwise);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("The parameter '" + name + "' is no number", e);
    }
  }

  // Changes

  /**
   * What is asked for.
   *
   * @param ids the dead letters
   */
  record Asked(
      @Nullable List<String> ids,
      @Nullable String target,
      @Nullable String type,
      @Nullable String message) {

    List<String> someIds() {
      List<String> all = ids == null ? List.of() : ids;
      if (all.isEmpty() || all.size() > LetterData.AT_ONCE) {
        throw new IllegalArgumentException(
            "Name 1 to " + LetterData.AT_ONCE + " dead letters by 'ids'");
      }
      return all;
    }
  }

  private interface Change {
    CompletableFuture<?> make(Asked asked) throws IOException;
  }

  private ServerResponse change(ServerRequest request, Change change) throws IOException {
    boolean json =
        request.headers().contentType().filter(MediaType.APPLICATION_JSON::includes).isPresent();
    if (!json || request.headers().firstHeader(HEADER) == null) {
      return Answers.problem(
          HttpStatus.FORBIDDEN,
          "What changes something is asked for as application/json, with the header "
              + HEADER
              + ", so that no other page can do it");
    }
    byte[] body = request.servletRequest().getInputStream().readNBytes(LARGEST_BODY + 1);
    if (body.length > LARGEST_BODY) {
      return Answers.problem(
          HttpStatus.CONTENT_TOO_LARGE, "The body has more than " + LARGEST_BODY + " bytes");
    }
    Asked asked = JSON.readValue(new String(body, StandardCharsets.UTF_8), Asked.class);
    log.info(
        "The console is asked for {}{}",
        request.path().substring(request.path().lastIndexOf('/') + 1),
        asked.ids() == null ? "" : " of " + asked.ids().size() + " dead letters");
    return Answers.later(change.make(asked));
  }

  private CompletableFuture<?> replay(Asked asked) {
    return letters
        .replay(asked.someIds(), asked.target(), asked.type(), asked.message())
        .whenComplete((done, failure) -> data.deadLetters().outdated());
  }

  private CompletableFuture<?> discard(Asked asked) {
    return letters
        .discard(asked.someIds())
        .whenComplete((done, failure) -> data.deadLetters().outdated());
  }

  /** Answers without a number if it is not complete soon. */
  private CompletableFuture<?> takeSavepoint(Asked asked) throws IOException {
    return engine
        .savepoint(SAVEPOINT)
        .<Map<String, Object>>thenApply(Console::describe)
        .completeOnTimeout(Map.of(), SAVEPOINT_ANSWER_SECONDS, TimeUnit.SECONDS)
        .whenComplete((done, failure) -> data.savepointTaken());
  }

  private static Map<String, Object> describe(Savepoint savepoint) {
    return Map.of("number", savepoint.number());
  }
}
