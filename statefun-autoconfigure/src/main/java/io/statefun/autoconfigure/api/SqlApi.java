/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.autoconfigure.sql.SqlRows;
import io.statefun.autoconfigure.sql.StateSql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Answers SQL over the functions whose instances may be looked at. */
final class SqlApi {

  private static final Set<String> MEMBERS = Set.of("sql", "parameters");

  private final StateSql sql;
  private final JsonValues json;

  /**
   * @param readable the functions that are tables
   */
  SqlApi(StateSql sql, FunctionNames readable, JsonValues json) {
    this.sql = sql.over(readable::has);
    this.json = json;
  }

  ApiAnswer<?> query(ApiRequest request) {
    JsonNode body = body(request.body());
    return ApiAnswer.large(
        sql.query(body.path("sql").asString(), parameters(body.path("parameters"))), this::answer);
  }

  private JsonNode body(byte[] bytes) {
    JsonNode body;
    try {
      body = json.mapper().readTree(bytes);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("The body is no JSON: " + e.getOriginalMessage(), e);
    }
    if (!body.path("sql").isString() || !MEMBERS.containsAll(body.propertyNames())) {
      throw new IllegalArgumentException(
          "The body is to be an object with a text 'sql', and perhaps a list 'parameters'");
    }
    return body;
  }

  private static List<@Nullable Object> parameters(JsonNode list) {
    if (!list.isArray() && !list.isMissingNode()) {
      throw new IllegalArgumentException("The parameters are to be a list");
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (JsonNode value : list) {
      values.add(parameter(value));
    }
    return values;
  }

  private static @Nullable Object parameter(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isString()) {
      return value.asString();
    }
    if (value.isNumber()) {
      return value.numberValue();
    }
    throw new IllegalArgumentException(
        "A parameter is to be a text, a number, a truth or null, and not " + value.getNodeType());
  }

  private ApiResponse answer(SqlRows rows) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("columns", rows.columns());
    all.put("rows", rows.rows());
    all.put("more", rows.more());
    if (rows.unreadable() > 0) {
      all.put("unreadable", rows.unreadable());
    }
    if (rows.partial() > 0) {
      all.put("partial", rows.partial());
    }
    return ApiResponse.ok(json.mapper().writeValueAsBytes(all));
  }

  /** What is said if there is no answer. */
  ApiResponse failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String text = cause.getMessage() == null ? "The statement was stopped" : cause.getMessage();
    return ApiResponse.problem(json.mapper(), status(cause), text);
  }

  private static HttpStatus status(Throwable cause) {
    if (cause instanceof IllegalArgumentException) {
      return HttpStatus.BAD_REQUEST;
    }
    if (cause instanceof ApiRequest.TooLargeException) {
      return HttpStatus.CONTENT_TOO_LARGE;
    }
    if (cause instanceof TimeoutException) {
      return HttpStatus.GATEWAY_TIMEOUT;
    }
    return cause instanceof Error
        ? HttpStatus.INTERNAL_SERVER_ERROR
        : HttpStatus.SERVICE_UNAVAILABLE;
  }
}
