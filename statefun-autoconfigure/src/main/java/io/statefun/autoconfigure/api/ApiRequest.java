/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.HandlerMapping;

/**
 * A request, as the web server has it. Usable by the thread that it came with.
 *
 * @param limit how many bytes its body has at most
 */
record ApiRequest(HttpServletRequest servlet, int limit) {

  /** A part of the path. */
  @SuppressWarnings("unchecked")
  String variable(String name) {
    Map<String, String> variables =
        (Map<String, String>) servlet.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
    return Objects.requireNonNull(variables.get(name));
  }

  @Nullable String header(String name) {
    return servlet.getHeader(name);
  }

  /**
   * A parameter. Asked for before the body, it would take the body for a form if the caller calls
   * it one, as curl does.
   */
  @Nullable String parameter(String name) {
    return servlet.getParameter(name);
  }

  /** All parameters of the query, in their order. */
  MultiValueMap<String, String> parameters() {
    MultiValueMap<String, String> all = new LinkedMultiValueMap<>();
    servlet.getParameterMap().forEach((name, values) -> all.addAll(name, List.of(values)));
    return all;
  }

  URI uri() {
    return URI.create(servlet.getRequestURL().toString());
  }

  /**
   * Reads the body.
   *
   * @throws TooLargeException if it is larger than what is taken
   */
  byte[] body() {
    try {
      InputStream in = servlet.getInputStream();
      int announced = servlet.getContentLength();
      // Without this, each small body would be read into a large array first.
      byte[] body = in.readNBytes(announced < 0 ? limit + 1 : Math.min(announced, limit + 1));
      if (body.length > limit) {
        throw new TooLargeException(limit);
      }
      return body;
    } catch (IOException e) {
      throw new IllegalArgumentException("The body could not be read: " + e.getMessage(), e);
    }
  }

  /** The body is larger than what is taken. */
  static final class TooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooLargeException(int limit) {
      super("The body has more than " + limit + " bytes, which is all that is taken");
    }
  }
}
