/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import io.statefun.autoconfigure.app.Main;
import io.statefun.remote.protocol.Address;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.ToFunction;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Events as gateways make them. */
class FunctionLambdaHandlerTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Context CONTEXT = Mockito.mock(Context.class);

  private static final byte[] REQUEST =
      ToFunction.newBuilder()
          .setInvocation(
              ToFunction.InvocationBatchRequest.newBuilder()
                  .setTarget(
                      Address.newBuilder().setNamespace("test").setType("counter").setId("a")))
          .build()
          .toByteArray();

  /** As an application would have it. */
  static final class TestLambda extends FunctionLambdaHandler {

    TestLambda() {
      super(Main.class, "--spring.main.banner-mode=off", "--logging.level.root=warn");
    }
  }

  private static FunctionLambdaHandler lambda;

  @BeforeAll
  static void start() {
    lambda = new TestLambda();
  }

  @Test
  void answersTheEventOfARestApi() throws Exception {
    assertReply(
        lambda.handleRequest(
            event(
                """
                {"resource": "/statefun", "path": "/statefun", "httpMethod": "POST",
                 "headers": {"Content-Type": "application/octet-stream"},
                 "requestContext": {"stage": "prod"},
                 "body": "%s", "isBase64Encoded": true}
                """),
            CONTEXT));
  }

  @Test
  void answersTheEventOfAnHttpApi() throws Exception {
    assertReply(
        lambda.handleRequest(
            event(
                """
                {"version": "2.0", "routeKey": "POST /statefun", "rawPath": "/statefun",
                 "headers": {"content-type": "application/octet-stream"},
                 "requestContext": {"http": {"method": "POST", "path": "/statefun"}},
                 "body": "%s", "isBase64Encoded": true}
                """),
            CONTEXT));
  }

  private static void assertReply(Map<String, Object> reply) throws Exception {
    assertThat(reply)
        .containsEntry("statusCode", 200)
        .containsEntry("headers", Map.of("Content-Type", "application/octet-stream"))
        .containsEntry("isBase64Encoded", true);
    FromFunction parsed =
        FromFunction.parseFrom(Base64.getDecoder().decode((String) reply.get("body")));
    assertThat(parsed.getIncompleteInvocationContext().getMissingValues(0).getStateName())
        .isEqualTo("sum");
  }

  @Test
  void refusesABodyThatCameAsText() {
    Map<String, Object> event =
        event("{\"httpMethod\": \"POST\", \"body\": \"%s\", \"isBase64Encoded\": false}");

    Map<String, Object> reply = lambda.handleRequest(event, CONTEXT);

    assertThat(reply).containsEntry("statusCode", 400).containsEntry("isBase64Encoded", false);
    assertThat((String) reply.get("body")).contains("binary media type");
  }

  @Test
  void refusesWhatIsNoRequest() {
    Map<String, Object> event = event("{\"httpMethod\": \"POST\", \"isBase64Encoded\": true}");

    assertThat(status(event)).isEqualTo(400);
    event.put("body", "no base64!");
    assertThat(status(event)).isEqualTo(400);
    event.put("body", Base64.getEncoder().encodeToString(REQUEST));
    event.put("headers", Map.of("Content-Type", "application/json"));
    assertThat(status(event)).isEqualTo(415);
    event.put("httpMethod", "GET");
    assertThat(status(event)).isEqualTo(405);
    assertThat(status(Map.of("Records", "of a queue"))).isEqualTo(405);
  }

  @Test
  void tellsThatAFunctionFailed() {
    Map<String, Object> event =
        event("{\"httpMethod\": \"POST\", \"body\": \"%s\", \"isBase64Encoded\": true}");
    event.put(
        "body",
        Base64.getEncoder()
            .encodeToString(
                ToFunction.newBuilder()
                    .setInvocation(
                        ToFunction.InvocationBatchRequest.newBuilder()
                            .setTarget(Address.newBuilder().setNamespace("test").setType("nobody")))
                    .build()
                    .toByteArray()));

    assertThat(status(event)).isEqualTo(500);
  }

  private static int status(Map<String, Object> event) {
    return (Integer) Objects.requireNonNull(lambda.handleRequest(event, CONTEXT).get("statusCode"));
  }

  private static Map<String, Object> event(String json) {
    return new HashMap<>(
        JSON.readValue(
            json.formatted(Base64.getEncoder().encodeToString(REQUEST)),
            new TypeReference<Map<String, Object>>() {}));
  }
}
