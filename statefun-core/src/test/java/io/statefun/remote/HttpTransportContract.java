/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.statefun.remote.HttpTransport.Request;
import io.statefun.remote.HttpTransport.Response;
import io.statefun.remote.RemoteEndpoint.Timeouts;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every transport must do, against servers that do right and wrong. */
public abstract class HttpTransportContract {

  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** More than a test may take, and much less than what is long. */
  private static final long PATIENCE = 60;

  private static final Timeouts PATIENT = new Timeouts(LONG, LONG, LONG, LONG);
  private static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n";

  private final List<AutoCloseable> opened = new ArrayList<>();

  /** Makes a transport. */
  protected abstract HttpTransport transport(Timeouts timeouts, int maxResponseBytes);

  /** Where the transport reaches a server, with a path that begins with a slash. */
  protected abstract URI url(RawServer server, String path) throws Exception;

  /** What the header {@code Host} is at such a URL. */
  protected abstract String host(URI url);

  /** A URL of something that is there, and at which nobody listens. */
  protected abstract URI whereNobodyListens() throws Exception;

  /** A URL of something that is not there. */
  protected abstract URI whereNothingIs() throws Exception;

  /** A URL at which somebody listens who takes no connection, and whose queue of them is full. */
  protected abstract URI whereNobodyAccepts() throws Exception;

  /** Closes something after the test. */
  protected final <T extends AutoCloseable> T closedLater(T one) {
    opened.add(0, one);
    return one;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private HttpTransport open(Timeouts timeouts, int maxResponseBytes) {
    return closedLater(transport(timeouts, maxResponseBytes));
  }

  private HttpTransport patient() {
    return open(PATIENT, 1 << 20);
  }

  private RawServer server(RawServer.Answer answer) throws IOException {
    return closedLater(RawServer.start(answer));
  }

  private RawServer saying(String response) throws IOException {
    return server((request, connection) -> RawServer.write(connection, response));
  }

  private static Request request(URI uri, byte[] body) {
    return new Request(uri, Map.of("Authorization", "Bearer x", "Idempotency-Key", "\"b\""), body);
  }

  private Request request(RawServer server) throws Exception {
    return request(server, new byte[] {1, 2, 3});
  }

  private Request request(RawServer server, byte[] body) throws Exception {
    return request(url(server, "/fn"), body);
  }

  private static Response get(CompletableFuture<Response> exchange) throws Exception {
    return exchange.get(PATIENCE, TimeUnit.SECONDS);
  }

  /** Why an exchange has failed: always an {@link IOException}, and nothing around it. */
  private static IOException failure(CompletableFuture<Response> exchange)
      throws InterruptedException, TimeoutException {
    try {
      Response response = exchange.get(PATIENCE, TimeUnit.SECONDS);
      throw new AssertionError("it was answered with " + response);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        return failure;
      }
      throw new AssertionError("it failed in another way", e);
    }
  }

  // What is sent and what comes back

  @Test
  void aRequestIsAPostOfTheBodyWithItsLengthAndItsType() throws Exception {
    RawServer server = saying(OK + "Content-Length: 0\r\n\r\n");
    byte[] body = new byte[100_000];
    Arrays.fill(body, (byte) 7);

    URI url = url(server, "/a%20b?c=d%20e&f");

    get(patient().post(request(url, body)));

    assertThat(server.received)
        .singleElement()
        .satisfies(
            got -> {
              assertThat(got.line()).isEqualTo("POST /a%20b?c=d%20e&f HTTP/1.1");
              assertThat(got.headers())
                  .containsEntry("content-type", "application/octet-stream")
                  .containsEntry("accept", "application/octet-stream")
                  .containsEntry("content-length", "100000")
                  .containsEntry("host", host(url))
                  .containsEntry("authorization", "Bearer x")
                  .containsEntry("idempotency-key", "\"b\"")
                  .doesNotContainKeys("upgrade", "transfer-encoding", "expect");
              assertThat(got.body()).isEqualTo(body);
            });
  }

  @Test
  void aResponseComesWithItsStatusItsTypeAndItsBody() throws Exception {
    RawServer server = saying(OK + "Content-Length: 3\r\n\r\n\1\2\3");

    Response response = get(patient().post(request(server)));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.contentType()).isEqualTo("application/octet-stream");
    assertThat(response.retryAfter()).isNull();
    assertThat(response.body()).containsExactly(1, 2, 3);
  }

  @Test
  void aResponseMayComeInPieces() throws Exception {
    RawServer server =
        saying(OK + "Transfer-Encoding: chunked\r\n\r\n1\r\n\1\r\n2\r\n\2\3\r\n0\r\n\r\n");

    assertThat(get(patient().post(request(server))).body()).containsExactly(1, 2, 3);
  }

  @Test
  void aResponseMayEndWithItsConnection() throws Exception {
    RawServer server = saying(OK + "\r\n\1\2\3");

    assertThat(get(patient().post(request(server))).body()).containsExactly(1, 2, 3);
  }

  @Test
  void aResponseMayHaveNoBody() throws Exception {
    RawServer server = saying(OK + "Content-Length: 0\r\n\r\n");
    RawServer other = saying(OK + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    RawServer third = saying("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");

    assertThat(get(patient().post(request(server))).body()).isEmpty();
    assertThat(get(patient().post(request(other))).body()).isEmpty();
    assertThat(get(patient().post(request(third))).body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 400, 401, 404, 407, 429, 500, 503})
  void anErrorIsAResponseWithABody(int status) throws Exception {
    RawServer server =
        saying(
            "HTTP/1.1 "
                + status
                + " No\r\nContent-Type: text/plain\r\nRetry-After: 7\r\nConnection: close\r\n"
                + "Location: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                + "Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 5\r\n\r\nsorry");

    Response response = get(patient().post(request(server)));

    assertThat(response.status()).isEqualTo(status);
    assertThat(response.contentType()).isEqualTo("text/plain");
    assertThat(response.retryAfter()).isEqualTo("7");
    assertThat(new String(response.body(), UTF_8)).isEqualTo("sorry");
    assertThat(server.received).hasSize(1);
  }

  @Test
  void anAnswerMayComeBeforeTheRequestIsTaken() throws Exception {
    RawServer server = saying("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    CompletableFuture<Response> exchange = patient().post(request(server, new byte[20_000_000]));

    // Whether the response is seen or the broken connection depends on what is noticed first.
    assertThat(exchange.handle((response, failure) -> response == null || response.status() == 413))
        .succeedsWithin(Duration.ofSeconds(PATIENCE))
        .isEqualTo(true);
  }

  @Test
  void manyExchangesAreUnderWayAtOnce() throws Exception {
    int many = 200;
    RawServer[] itself = new RawServer[1];
    RawServer server =
        server(
            (request, connection) -> {
              await()
                  .atMost(Duration.ofSeconds(PATIENCE))
                  .until(() -> itself[0].received.size() == many);
              RawServer.write(connection, OK + "Content-Length: 1\r\n\r\n");
              RawServer.write(connection, new byte[] {request.body()[0]});
            });
    itself[0] = server;
    HttpTransport transport = patient();
    List<CompletableFuture<Response>> exchanges = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      exchanges.add(transport.post(request(server, new byte[] {(byte) i})));
    }

    for (int i = 0; i < many; i++) {
      assertThat(get(exchanges.get(i)).body()).containsExactly((byte) i);
    }
  }

  // Exchanges that fail

  @Test
  void aConnectionThatIsRefusedIsAFailure() throws Exception {
    assertThat(failure(patient().post(request(whereNobodyListens(), new byte[1])))).isNotNull();
  }

  @Test
  void whatIsNotThereIsAFailure() throws Exception {
    assertThat(failure(patient().post(request(whereNothingIs(), new byte[1])))).isNotNull();
  }

  @Test
  void aServerThatHangsUpBeforeItAnswersIsAFailure() throws Exception {
    RawServer server = server((request, connection) -> {});

    assertThat(failure(patient().post(request(server)))).isNotNull();
    assertThat(server.received).as("a transport does not repeat by itself").hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Ty",
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
      })
  void aResponseThatIsCutOffIsAFailure(String response) throws Exception {
    assertThat(failure(patient().post(request(saying(response))))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"
      })
  void whatIsNoHttpIsAFailure(String response) throws Exception {
    assertThat(failure(patient().post(request(saying(response))))).isNotNull();
  }

  // Time

  @Test
  void whoDoesNotTakeTheConnectionIsNotWaitedForLongerThanItMayTake() throws Exception {
    HttpTransport transport = open(new Timeouts(LONG, SHORT, LONG, LONG), 100);

    assertThat(failure(transport.post(request(whereNobodyAccepts(), new byte[1])))).isNotNull();
  }

  @Test
  void whoDoesNotAnswerIsNotWaitedForLongerThanItMayTake() throws Exception {
    RawServer[] itself = new RawServer[1];
    RawServer server = server((request, connection) -> itself[0].awaitEnd(connection));
    itself[0] = server;
    HttpTransport transport = open(new Timeouts(LONG, LONG, SHORT, LONG), 100);

    assertThat(failure(transport.post(request(server))))
        .hasMessageContaining("nothing was received")
        .hasMessageContaining("300 ms");
    await().atMost(Duration.ofSeconds(PATIENCE)).until(() -> server.ended.size() == 1);
  }

  @Test
  void whoStopsInTheMiddleOfAResponseIsNotWaitedForLongerThanItMayTake() throws Exception {
    RawServer[] itself = new RawServer[1];
    RawServer server =
        server(
            (request, connection) -> {
              RawServer.write(connection, OK + "Content-Length: 10\r\n\r\nabc");
              itself[0].awaitEnd(connection);
            });
    itself[0] = server;
    HttpTransport transport = open(new Timeouts(LONG, LONG, SHORT, LONG), 100);

    assertThat(failure(transport.post(request(server)))).hasMessageContaining("300 ms");
    await().atMost(Duration.ofSeconds(PATIENCE)).until(() -> server.ended.size() == 1);
  }

  @Test
  void whoDoesNotTakeTheRequestIsNotWaitedForLongerThanItMayTake() throws Exception {
    RawServer server =
        server((request, connection) -> Thread.sleep(Duration.ofSeconds(PATIENCE).toMillis()));
    HttpTransport transport = open(new Timeouts(LONG, LONG, LONG, SHORT), 100);

    assertThat(failure(transport.post(request(server, new byte[50_000_000]))))
        .hasMessageContaining("nothing was taken")
        .hasMessageContaining("300 ms");
  }

  @Test
  void anAttemptAsAWholeTakesNoLongerThanItMayTake() throws Exception {
    RawServer server =
        server(
            (request, connection) -> {
              RawServer.write(connection, OK + "Content-Length: 1000000\r\n\r\n");
              while (true) {
                RawServer.write(connection, "a");
                Thread.sleep(20);
              }
            });
    HttpTransport transport =
        open(new Timeouts(Duration.ofSeconds(1), LONG, LONG, LONG), 2_000_000);

    assertThat(failure(transport.post(request(server))))
        .hasMessageContaining("longer than 1000 ms");
  }

  @Test
  void whoIsSlowButGoesOnIsWaitedFor() throws Exception {
    Duration pause = Duration.ofSeconds(3);
    RawServer server =
        server(
            (request, connection) -> {
              RawServer.write(connection, OK + "Content-Length: 20\r\n\r\n");
              for (int i = 0; i < 20; i++) {
                RawServer.write(connection, "a");
                Thread.sleep(200);
              }
            });
    HttpTransport transport = open(new Timeouts(LONG, LONG, pause, LONG), 100);

    assertThat(get(transport.post(request(server))).body()).hasSize(20);
  }

  // Size

  @Test
  void theLargestResponseIsTaken() throws Exception {
    RawServer server = saying(OK + "Content-Length: 100\r\n\r\n" + "a".repeat(100));

    assertThat(get(open(PATIENT, 100).post(request(server))).body()).hasSize(100);
  }

  @Test
  void tooLargeAResponseIsRefused() throws Exception {
    RawServer server = saying(OK + "Content-Length: 101\r\n\r\n" + "a".repeat(101));

    assertThat(failure(open(PATIENT, 100).post(request(server))))
        .isInstanceOf(OversizedResponseException.class)
        .hasMessageContaining("more than 100 bytes");
  }

  @Test
  void tooLargeAResponseIsRefusedBeforeAllOfItHasCome() throws Exception {
    RawServer[] itself = new RawServer[1];
    RawServer server =
        server(
            (request, connection) -> {
              RawServer.write(connection, OK + "Transfer-Encoding: chunked\r\n\r\n");
              try {
                while (true) {
                  RawServer.write(connection, "400\r\n" + "a".repeat(1_024) + "\r\n");
                }
              } catch (IOException gone) {
                itself[0].ended.add(connection);
              }
            });
    itself[0] = server;

    assertThat(failure(open(PATIENT, 5_000).post(request(server))))
        .isInstanceOf(OversizedResponseException.class);
    await().atMost(Duration.ofSeconds(PATIENCE)).until(() -> server.ended.size() == 1);
  }

  @Test
  void ofTooLargeAnErrorThePartThatIsTakenIsEnough() throws Exception {
    RawServer server =
        saying(
            "HTTP/1.1 500 No\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n"
                + "a".repeat(1_000_000));

    Response response = get(open(PATIENT, 100_000).post(request(server)));

    assertThat(response.status()).isEqualTo(500);
    assertThat(response.body()).hasSizeLessThanOrEqualTo(100_000);
  }

  // The end

  @Test
  void anExchangeThatIsCancelledLeavesTheConnection() throws Exception {
    RawServer[] itself = new RawServer[1];
    RawServer server = server((request, connection) -> itself[0].awaitEnd(connection));
    itself[0] = server;
    CompletableFuture<Response> exchange = patient().post(request(server));
    await().atMost(Duration.ofSeconds(PATIENCE)).until(() -> server.received.size() == 1);

    exchange.cancel(true);

    await().atMost(Duration.ofSeconds(PATIENCE)).until(() -> server.ended.size() == 1);
  }

  @Test
  void whatIsUnderWayEndsWithTheTransport() throws Exception {
    RawServer[] itself = new RawServer[1];
    RawServer server = server((request, connection) -> itself[0].awaitEnd(connection));
    itself[0] = server;
    HttpTransport transport = patient();
    CompletableFuture<Response> exchange = transport.post(request(server));
    await().atMost(Duration.ofSeconds(PATIENCE)).until(() -> server.received.size() == 1);

    transport.close();

    assertThat(failure(exchange)).hasMessageContaining("closed");
    await().atMost(Duration.ofSeconds(PATIENCE)).until(() -> server.ended.size() == 1);
  }

  @Test
  void nothingBeginsAfterTheEndOfTheTransport() throws Exception {
    RawServer server = saying(OK + "Content-Length: 0\r\n\r\n");
    HttpTransport transport = patient();
    transport.close();
    transport.close();

    assertThat(failure(transport.post(request(server)))).hasMessageContaining("closed");
    assertThat(server.received).isEmpty();
  }

  @Test
  void aUrlThatIsNoneIsRefused() {
    @Nullable Request none = request(URI.create("ftp://localhost/"), new byte[1]);

    assertThatThrownBy(() -> patient().post(none)).isInstanceOf(IllegalArgumentException.class);
  }
}
