/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.remote.endpoint.HttpEndpoint.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {

  private static final String OCTETS = "application/octet-stream";
  private static final byte[] REQUEST = Request.to("test/f", "a").message("m").bytes();
  private static final byte[] FAILING = Request.to("test/f", "a").message(1).bytes();

  @StatefulFunction("test/f")
  static class Function {

    @MessageHandler
    void on(String message) {}

    @MessageHandler
    void on(Integer message) {
      throw new IllegalStateException("a secret");
    }
  }

  private final HttpEndpoint endpoint =
      new HttpEndpoint(Served.builder(new Function()).maxRequestBytes(100).build());

  @Test
  void aReplyHasExactlyTheContentType() throws IOException {
    for (@Nullable String contentType :
        new @Nullable String[] {OCTETS, null, "Application/Octet-Stream; x=y"}) {
      Reply reply = answer("POST", contentType, REQUEST);

      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.headers()).isEqualTo(Map.of("Content-Type", OCTETS));
      assertThat(reply.body()).containsExactly(0xa2, 0x06, 0x00);
    }
  }

  @Test
  void everythingElseIsRefused() throws IOException {
    assertThat(answer("GET", OCTETS, REQUEST).status()).isEqualTo(405);
    assertThat(answer("GET", OCTETS, REQUEST).headers()).containsEntry("Allow", "POST");
    assertThat(answer("POST", "application/json", REQUEST).status()).isEqualTo(415);
    assertThat(answer("POST", OCTETS, new byte[0]).status()).isEqualTo(400);
    assertThat(answer("POST", OCTETS, new byte[] {1, 2, 3}).status()).isEqualTo(400);
    assertThat(answer("POST", OCTETS, new byte[101]).status()).isEqualTo(413);
  }

  @Test
  void noMoreIsReadThanIsAllowed() throws IOException {
    InputStream endless =
        new InputStream() {
          private int count;

          @Override
          public int read() {
            if (++count > 101) {
              throw new AssertionError("reads on");
            }
            return 0;
          }
        };

    assertThat(endpoint.answer("POST", OCTETS, endless).status()).isEqualTo(413);
  }

  @Test
  void aFailureIsToldWithoutItsReason() throws IOException {
    Reply reply = answer("POST", OCTETS, FAILING);

    assertThat(reply.status()).isEqualTo(500);
    assertThat(new String(reply.body(), UTF_8)).isEqualTo("The function failed");
  }

  @Test
  void aFunctionThatIsNotThereIsAFailure() throws IOException {
    Reply reply = answer("POST", OCTETS, Request.to("test/g", "a").message("m").bytes());

    assertThat(reply.status()).isEqualTo(500);
  }

  private Reply answer(String method, @Nullable String contentType, byte[] body)
      throws IOException {
    return endpoint.answer(method, contentType, new ByteArrayInputStream(body));
  }
}
