/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.remote.endpoint.HttpEndpoint;
import io.statefun.remote.endpoint.HttpEndpoint.Reply;
import io.statefun.remote.endpoint.RequestReplyHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Serves the functions of an application behind an API Gateway or a function URL. Lambda makes the
 * object, so an application has a class of its own with a constructor without parameters:
 *
 * <pre>{@code
 * public class ShopLambda extends FunctionLambdaHandler {
 *
 *   public ShopLambda() {
 *     super(ShopApplication.class);
 *   }
 * }
 * }</pre>
 *
 * <p>It takes the events of REST APIs (version 1) and of HTTP APIs and function URLs (version 2).
 * Requests and replies are binary: of a REST API {@code application/octet-stream} must be a binary
 * media type. Safe for use by any thread.
 */
public class FunctionLambdaHandler
    implements RequestHandler<Map<String, Object>, Map<String, Object>> {

  private final HttpEndpoint endpoint;

  /**
   * Starts an application that runs no engine and no web server.
   *
   * @param application the class of the application, as for {@link SpringApplication#run}
   * @param arguments more arguments of the command line
   */
  public FunctionLambdaHandler(Class<?> application, String... arguments) {
    ConfigurableApplicationContext context = start(application, arguments);
    this.endpoint =
        new HttpEndpoint(
            context.getBean(RequestReplyHandler.class),
            context.getBean(StateFunProperties.class).endpoint().signing().check());
  }

  /**
   * @param handler what runs the functions
   */
  public FunctionLambdaHandler(RequestReplyHandler handler) {
    this.endpoint = new HttpEndpoint(handler);
  }

  private static ConfigurableApplicationContext start(Class<?> application, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--spring.main.web-application-type=" + WebApplicationType.NONE);
    all.add("--statefun.engine.enabled=false");
    all.add("--statefun.endpoint.enabled=false");
    return SpringApplication.run(application, all.toArray(String[]::new));
  }

  /**
   * Answers a request.
   *
   * @param event the gateway's event, as it is in JSON
   * @param context of no use here
   * @return what the gateway is to answer, as it is in JSON
   */
  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    GatewayEvent request = new GatewayEvent(event);
    byte[] body;
    try {
      body = request.body();
    } catch (IllegalArgumentException e) {
      return text(400, Map.of("Content-Type", "text/plain"), String.valueOf(e.getMessage()));
    }
    return answer(request, body);
  }

  private Map<String, Object> answer(GatewayEvent request, byte[] body) {
    try {
      Reply reply =
          endpoint.answer(request.method(), request::header, new ByteArrayInputStream(body));
      return reply.status() == 200
          ? binary(reply)
          : text(reply.status(), reply.headers(), new String(reply.body(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> binary(Reply reply) {
    return Map.of(
        "statusCode",
        reply.status(),
        "headers",
        reply.headers(),
        "body",
        Base64.getEncoder().encodeToString(reply.body()),
        "isBase64Encoded",
        true);
  }

  private static Map<String, Object> text(int status, Map<String, String> headers, String text) {
    return Map.of("statusCode", status, "headers", headers, "body", text, "isBase64Encoded", false);
  }
}
