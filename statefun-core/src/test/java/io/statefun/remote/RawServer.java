/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A server on the loopback that reads requests of HTTP/1.1 and does with their connections what the
 * test wants, right or wrong.
 */
public final class RawServer implements AutoCloseable {

  /** What came first on a connection. */
  public record Received(String line, Map<String, String> headers, byte[] body) {}

  /** Answers a request. The connection is closed afterwards. */
  public interface Answer {

    void to(Received request, Socket connection) throws Exception;
  }

  private final ServerSocket socket;
  private final Answer answer;
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  final List<Received> received = new CopyOnWriteArrayList<>();

  /** How many connections the other side has closed while {@link #awaitEnd} waited. */
  final List<Socket> ended = new CopyOnWriteArrayList<>();

  private RawServer(ServerSocket socket, Answer answer) {
    this.socket = socket;
    this.answer = answer;
  }

  static RawServer start(Answer answer) throws IOException {
    return start(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), answer);
  }

  static RawServer start(ServerSocket socket, Answer answer) {
    RawServer server = new RawServer(socket, answer);
    server.thread(server::accept);
    return server;
  }

  /** Answers each request with these bytes. */
  public static RawServer saying(String response) throws IOException {
    return start((request, connection) -> write(connection, response));
  }

  static void write(Socket connection, String response) throws IOException {
    write(connection, response.getBytes(StandardCharsets.ISO_8859_1));
  }

  static void write(Socket connection, byte[] response) throws IOException {
    OutputStream out = connection.getOutputStream();
    out.write(response);
    out.flush();
  }

  /** Waits until the other side closes the connection. */
  void awaitEnd(Socket connection) {
    try {
      while (connection.getInputStream().read() >= 0) {
        // What still comes does not matter.
      }
    } catch (IOException e) {
      // That is an end, too.
    }
    ended.add(connection);
  }

  /** The port on the loopback. */
  public int port() {
    return socket.getLocalPort();
  }

  URI uri(String path) {
    return URI.create("http://localhost:" + port() + path);
  }

  private void thread(Runnable action) {
    Thread thread = new Thread(action, "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (true) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        thread(() -> serve(connection));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      Received request = read(connection.getInputStream());
      if (request != null) {
        received.add(request);
        answer.to(request, connection);
      }
    } catch (Exception e) {
      // The other side has gone, or the test has ended.
    }
  }

  private static @Nullable Received read(InputStream in) throws IOException {
    String line = line(in);
    if (line.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String next = line(in); !next.isEmpty(); next = line(in)) {
      int colon = next.indexOf(':');
      headers.put(
          next.substring(0, colon).toLowerCase(Locale.ROOT), next.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Received(line, headers, length > 1_000_000 ? new byte[0] : in.readNBytes(length));
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

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : connections) {
      try {
        connection.close();
      } catch (SocketException e) {
        // It was closed already.
      }
    }
  }
}
