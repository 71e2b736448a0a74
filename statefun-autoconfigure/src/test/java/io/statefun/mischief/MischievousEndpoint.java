/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.message.MessageTypes;
import io.statefun.remote.endpoint.HttpEndpoint;
import io.statefun.remote.endpoint.RequestReplyHandler;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.ToFunction;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process with the functions behind HTTP, on the loopback. It notes each call in a file, and for
 * a share of the calls it does not give the answer that it should, sometimes after it has handled
 * the call and sometimes without.
 */
final class MischievousEndpoint {

  /** Larger than the application takes. */
  private static final int OVERSIZE = 300_000;

  private static final int ENDLESS = 20_000_000;
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String OCTETS = "Content-Type: application/octet-stream\r\n";
  private static final String CLOSE = "Connection: close\r\n";

  private final HttpEndpoint functions;
  private final CallLog log;
  private final Random random;
  private final List<Mischief.Deed> deck = new ArrayList<>();
  private final double share;
  private final boolean poison;

  private MischievousEndpoint(CallLog log, long seed, double share, boolean poison) {
    MessageTypes types = MessageTypes.builder().build();
    RequestReplyHandler.Builder handler = RequestReplyHandler.builder(types);
    StepFunctions.all()
        .forEach(
            bean -> handler.function(AnnotatedFunction.bind(bean, types, FailurePolicy.DEFAULT)));
    this.functions = new HttpEndpoint(handler.build());
    this.log = log;
    this.random = new Random(seed);
    this.share = share;
    this.poison = poison;
  }

  /**
   * Serves until the process is killed.
   *
   * @param arguments the port, the file for its notes, the seed, the share of calls that are not
   *     answered as they should be, and whether some can never be
   */
  public static void main(String[] arguments) throws IOException {
    CallLog log = new CallLog(Path.of(arguments[1]));
    MischievousEndpoint endpoint =
        new MischievousEndpoint(
            log,
            Long.parseLong(arguments[2]),
            Double.parseDouble(arguments[3]),
            Boolean.parseBoolean(arguments[4]));
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      InetAddress loopback = InetAddress.getLoopbackAddress();
      socket.bind(new InetSocketAddress(loopback, Integer.parseInt(arguments[0])), 1_024);
      while (true) {
        Socket connection = socket.accept();
        Thread thread = new Thread(() -> endpoint.serve(connection), "connection");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      boolean goesOn = true;
      while (goesOn) {
        Received request = read(in);
        goesOn = request != null && answer(connection, request);
      }
    } catch (IOException e) {
      // The other side has gone.
    } catch (Exception e) {
      e.printStackTrace();
    }
  }

  // Requests

  private record Received(Map<String, String> headers, byte[] body) {

    @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  private static @Nullable Received read(InputStream in) throws IOException {
    String line = line(in);
    if (line.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new HashMap<>();
    for (String next = line(in); !next.isEmpty(); next = line(in)) {
      int colon = next.indexOf(':');
      headers.put(
          next.substring(0, colon).toLowerCase(Locale.ROOT), next.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    return body.length < length ? null : new Received(headers, body);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  // Answers

  /** Answers a request, rightly or wrongly, and says whether the connection goes on. */
  private boolean answer(Socket connection, Received request) throws Exception {
    String id = String.valueOf(request.header("Idempotency-Key")).replace("\"", "");
    ToFunction.InvocationBatchRequest batch = ToFunction.parseFrom(request.body()).getInvocation();
    log.called(id, batch);
    if (poison && Poison.isIn(batch)) {
      return poisoned(connection, batch);
    }
    Mischief.Deed deed = deed();
    byte[] reply = deed == null || deed.handled() ? handle(request) : new byte[0];
    if (deed == null) {
      return give(connection, OK + OCTETS, reply);
    }
    log.misdeed(id, deed);
    return misbehave(connection, deed.mischief(), reply, batch);
  }

  private synchronized Mischief.@Nullable Deed deed() {
    if (random.nextDouble() >= share) {
      return null;
    }
    if (deck.isEmpty()) {
      deck.addAll(Mischief.deck(random));
    }
    return deck.remove(0);
  }

  private synchronized boolean nextBoolean() {
    return random.nextBoolean();
  }

  private synchronized int nextInt(int bound) {
    return random.nextInt(bound);
  }

  /** Of few bytes more often are well-formed by chance. */
  private synchronized byte[] garbage() {
    byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 8 : 200)];
    random.nextBytes(bytes);
    return bytes;
  }

  private synchronized byte[] nonsense(byte[] reply, ToFunction.InvocationBatchRequest batch)
      throws IOException {
    FromFunction right = FromFunction.parseFrom(reply);
    return right.hasIncompleteInvocationContext()
        ? "nonsense".getBytes(StandardCharsets.US_ASCII)
        : Nonsense.in(right, batch, random).toByteArray();
  }

  private byte[] handle(Received request) throws IOException {
    HttpEndpoint.Reply reply =
        functions.answer("POST", request::header, new ByteArrayInputStream(request.body()));
    if (reply.status() != 200) {
      throw new IllegalStateException(new String(reply.body(), StandardCharsets.UTF_8));
    }
    return reply.body();
  }

  private boolean poisoned(Socket connection, ToFunction.InvocationBatchRequest batch)
      throws IOException {
    return Poison.isAll(batch)
        ? give(connection, OK + OCTETS, "garbage".getBytes(StandardCharsets.US_ASCII))
        : give(connection, "HTTP/1.1 500 No\r\n", new byte[0]);
  }

  private static boolean give(Socket connection, String head, byte[] body) throws IOException {
    write(connection, head + "Content-Length: " + body.length + "\r\n\r\n", body);
    return true;
  }

  private static void write(Socket connection, String head, byte[] body) throws IOException {
    byte[] first = head.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(first, first.length + body.length);
    System.arraycopy(body, 0, all, first.length, body.length);
    OutputStream out = connection.getOutputStream();
    out.write(all);
    out.flush();
  }

  /**
   * Does wrong.
   *
   * @param reply the right answer, or no bytes if there is none
   */
  private boolean misbehave(
      Socket connection, Mischief mischief, byte[] reply, ToFunction.InvocationBatchRequest batch)
      throws Exception {
    byte[] part = Arrays.copyOf(reply, reply.length == 0 ? 0 : nextInt(reply.length));
    return switch (mischief) {
      case HANG -> {
        while (connection.getInputStream().read() >= 0) {
          // It waits until the other side closes the connection.
        }
        yield false;
      }
      case CLOSE -> false;
      case RESET -> {
        if (nextBoolean()) {
          write(connection, sized(part.length + 1 + nextInt(100)), part);
        }
        connection.setSoLinger(true, 0);
        yield false;
      }
      case TRUNCATE -> {
        write(connection, sized(part.length + 1 + nextInt(100)), part);
        yield false;
      }
      case TRUNCATE_CHUNKS -> {
        String head = OK + OCTETS + "Transfer-Encoding: chunked\r\n\r\n";
        String size = part.length == 0 ? "" : Integer.toHexString(part.length) + "\r\n";
        write(connection, head + size, part);
        yield false;
      }
      case TRUNCATE_UNSIZED -> {
        write(connection, OK + OCTETS + CLOSE + "\r\n", part);
        yield false;
      }
      case GARBAGE -> give(connection, OK + OCTETS, garbage());
      case WRONG_TYPE -> give(connection, OK + "Content-Type: text/plain\r\n", reply);
      case NONSENSE -> give(connection, OK + OCTETS, nonsense(reply, batch));
      case OVERSIZE -> give(connection, OK + OCTETS, oversized(reply));
      case ENDLESS -> {
        endless(connection);
        yield false;
      }
      case STATUS_404 -> give(connection, "HTTP/1.1 404 Not Found\r\n", reply);
      case STATUS_429 ->
          give(connection, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n", reply);
      case STATUS_500 -> give(connection, "HTTP/1.1 500 Internal Server Error\r\n" + OCTETS, reply);
      case STATUS_503 -> give(connection, "HTTP/1.1 503 Service Unavailable\r\n" + OCTETS, reply);
    };
  }

  /** The head of an answer of so many bytes. None would be an answer, too. */
  private static String sized(int length) {
    return OK + OCTETS + "Content-Length: " + length + "\r\n\r\n";
  }

  /**
   * What was to be answered, with a field at its end that nobody knows and that may be left out.
   */
  private static byte[] oversized(byte[] reply) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(reply);
    com.google.protobuf.CodedOutputStream coded =
        com.google.protobuf.CodedOutputStream.newInstance(out);
    coded.writeByteArray(99, new byte[OVERSIZE]);
    coded.flush();
    return out.toByteArray();
  }

  private static void endless(Socket connection) throws IOException, InterruptedException {
    write(connection, OK + OCTETS + "Transfer-Encoding: chunked\r\n\r\n", new byte[0]);
    byte[] chunk = new byte[10_000];
    for (int sent = 0; sent < ENDLESS; sent += chunk.length) {
      write(connection, Integer.toHexString(chunk.length) + "\r\n", chunk);
      write(connection, "\r\n", new byte[0]);
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }
}
