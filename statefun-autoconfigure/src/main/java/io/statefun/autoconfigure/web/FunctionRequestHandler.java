/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.web;

import io.statefun.remote.endpoint.HttpEndpoint;
import io.statefun.remote.endpoint.HttpEndpoint.Reply;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.HttpRequestHandler;

/**
 * Takes requests for functions from the web server. It writes the replies itself: whatever adds a
 * character set to the content type makes a reply one that runtimes refuse.
 */
final class FunctionRequestHandler implements HttpRequestHandler {

  private final HttpEndpoint endpoint;

  FunctionRequestHandler(HttpEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public void handleRequest(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Reply reply =
        endpoint.answer(request.getMethod(), request::getHeader, request.getInputStream());
    response.setStatus(reply.status());
    response.setCharacterEncoding((String) null); // a filter may have set one
    reply.headers().forEach(response::setHeader);
    response.setContentLength(reply.body().length);
    response.getOutputStream().write(reply.body());
  }
}
