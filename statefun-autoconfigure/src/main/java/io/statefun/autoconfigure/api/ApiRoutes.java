/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** Which requests are answered by what. */
final class ApiRoutes {

  /** Before the mappings of controllers, so that none with a wide pattern takes the paths. */
  private static final int ORDER = -1;

  private final ApiProperties properties;
  private final Map<String, ApiHandler> handlers = new LinkedHashMap<>();

  ApiRoutes(ApiProperties properties) {
    this.properties = properties;
  }

  ApiRoutes get(
      String path,
      Function<ApiRequest, ApiAnswer<?>> action,
      Function<Throwable, ApiResponse> failed) {
    handlers.put(path, new ApiHandler(HttpMethod.GET, properties, action, failed));
    return this;
  }

  ApiRoutes post(
      String path,
      Function<ApiRequest, ApiAnswer<?>> action,
      Function<Throwable, ApiResponse> failed) {
    handlers.put(path, new ApiHandler(HttpMethod.POST, properties, action, failed));
    return this;
  }

  HandlerMapping mapping() {
    return new SimpleUrlHandlerMapping(handlers, ORDER);
  }
}
