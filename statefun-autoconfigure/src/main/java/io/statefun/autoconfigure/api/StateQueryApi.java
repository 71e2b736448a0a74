/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.engine.RequestFailedException;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.TypeName;
import io.statefun.query.InstanceStates;
import io.statefun.query.InvalidQueryException;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.util.MultiValueMap;

/** Answers queries of the states of a function's instances. */
final class StateQueryApi {

  private static final Set<String> PARAMETERS =
      Set.of("prefix", "state", "where", "limit", "after");

  private final StateFunEngine engine;
  private final ApiProperties properties;
  private final FunctionNames readable;
  private final JsonValues json;

  StateQueryApi(
      StateFunEngine engine, ApiProperties properties, FunctionNames readable, JsonValues json) {
    this.engine = engine;
    this.properties = properties;
    this.readable = readable;
    this.json = json;
  }

  /** Answers with a page of instances. */
  ApiAnswer<?> page(ApiRequest request) {
    TypeName function = function(request);
    if (function == null) {
      // Whether there is such a function is nobody's business.
      return ApiAnswer.of(problem(HttpStatus.NOT_FOUND, "There is no such function here"));
    }
    return ApiAnswer.large(
        engine.queries().page(query(function, request.parameters())),
        page -> page(engine.nameOf(function), page));
  }

  private @Nullable TypeName function(ApiRequest request) {
    try {
      TypeName function = TypeName.of(request.variable("namespace"), request.variable("function"));
      return readable.has(engine.nameOf(function)) ? function : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static StateQuery query(TypeName function, MultiValueMap<String, String> parameters) {
    for (String name : parameters.keySet()) {
      if (!PARAMETERS.contains(name)) {
        throw new InvalidQueryException(
            "There is no parameter '" + name + "', but " + PARAMETERS.stream().sorted().toList());
      }
    }
    StateQuery query =
        StateQuery.of(function)
            .states(states(parameters.get("state")))
            .idPrefix(first(parameters, "prefix", ""))
            .limit(limit(parameters.getFirst("limit")))
            .after(parameters.getFirst("after"));
    for (String condition : parameters.getOrDefault("where", List.of())) {
      query = query.where(condition);
    }
    return query;
  }

  private static String first(
      MultiValueMap<String, String> parameters, String name, String otherwise) {
    String value = parameters.getFirst(name);
    return value == null ? otherwise : value;
  }

  private static String[] states(@Nullable List<String> parameters) {
    return parameters == null
        ? new String[0]
        : parameters.stream()
            .flatMap(names -> Arrays.stream(names.split(",")))
            .map(String::strip)
            .toArray(String[]::new);
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return StateQuery.DEFAULT_LIMIT;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new InvalidQueryException("The limit is no number: " + text);
    }
  }

  private ApiResponse page(TypeName function, StatePage page) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("function", function.toString());
    List<Map<String, Object>> instances = new ArrayList<>();
    page.instances().forEach(instance -> instances.add(instance(instance)));
    all.put("instances", instances);
    all.put("next", page.next());
    return ApiResponse.ok(json.mapper().writeValueAsBytes(all));
  }

  private Map<String, Object> instance(InstanceStates instance) {
    Map<String, Object> states = new LinkedHashMap<>();
    instance.states().forEach((name, held) -> states.put(name, json.state(held)));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("id", instance.address().id());
    all.put("states", states);
    if (!instance.unreadable().isEmpty()) {
      all.put("unreadable", instance.unreadable());
    }
    if (instance.partial()) {
      all.put("partial", true);
    }
    return all;
  }

  /** What is said if there is no answer. */
  ApiResponse failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String text = String.valueOf(cause.getMessage());
    if (cause instanceof IllegalArgumentException) {
      return problem(HttpStatus.BAD_REQUEST, text);
    }
    if (cause instanceof RequestFailedException refused) {
      return problem(
          switch (refused.reason()) {
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case INVALID -> HttpStatus.BAD_REQUEST;
            case FAILED -> HttpStatus.INTERNAL_SERVER_ERROR;
            default -> HttpStatus.SERVICE_UNAVAILABLE;
          },
          text);
    }
    if (cause instanceof TimeoutException) {
      return problem(
          HttpStatus.GATEWAY_TIMEOUT,
          "There was no answer for " + properties.timeout() + ". Ask again, or for less");
    }
    return problem(HttpStatus.SERVICE_UNAVAILABLE, text);
  }

  private ApiResponse problem(HttpStatus status, String detail) {
    return ApiResponse.problem(json.mapper(), status, detail);
  }
}
