/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint with the part of S3's interface that the store uses, in memory. Its conditional puts
 * are atomic, and it can fail in the ways of a network.
 */
public final class S3Endpoint implements AutoCloseable {

  /** The only bucket. */
  public static final String BUCKET = "bucket";

  private static final int PAGE = 1_000;
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
  private static final Pattern PART = Pattern.compile("<PartNumber>(\\d+)</PartNumber>");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ConcurrentSkipListMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private volatile boolean away;
  private volatile boolean forbidden;
  private volatile boolean ignoresConditions;

  /** Starts it on a free port of the loopback interface. */
  public S3Endpoint() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** What goes wrong with a request. */
  enum Trouble {
    /** It is refused with status 500, and nothing is done. */
    ERROR,
    /** It is done, and the connection breaks off before the answer. */
    LOST_ANSWER,
    /** It is refused because another is under way, and nothing is done. */
    CONFLICT,
    /** It is done, and the answer comes late. */
    SLOW
  }

  /** Lets the next requests of an operation go wrong. */
  void fail(String operation, Trouble trouble, int times) {
    synchronized (faults) {
      for (int i = 0; i < times; i++) {
        faults.add(new Fault(operation, trouble));
      }
    }
  }

  /**
   * Lets no answer through, as if the network or the service were away; what was asked for before
   * that may have been done.
   */
  public void setAway(boolean isAway) {
    away = isAway;
  }

  void forbid() {
    forbidden = true;
  }

  void ignoreConditions() {
    ignoresConditions = true;
  }

  /** Where clients find it. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The operations that were asked for, in their order. */
  List<String> requests() {
    return requests;
  }

  /** How often an operation was asked for. */
  long requests(String operation) {
    return requests.stream().filter(operation::equals).count();
  }

  void put(String key, byte[] bytes) {
    objects.put(key, new Stored(bytes, Map.of()));
  }

  boolean has(String key) {
    return objects.containsKey(key);
  }

  @Nullable String header(String key, String header) {
    Stored stored = objects.get(key);
    return stored == null ? null : stored.headers().get(header);
  }

  int openUploads() {
    return uploads.size();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Request request = Request.of(exchange);
    boolean wasAway = away;
    if (wasAway && ThreadLocalRandom.current().nextBoolean()) {
      exchange.close();
      return;
    }
    Trouble trouble = record(request.operation());
    Answer answer =
        trouble == Trouble.ERROR
            ? error(500, "InternalError")
            : trouble == Trouble.CONFLICT
                ? error(409, "ConditionalRequestConflict")
                : answer(request);
    if (trouble == Trouble.LOST_ANSWER || wasAway || away) {
      exchange.close();
      return;
    }
    if (trouble == Trouble.SLOW) {
      pause();
    }
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    boolean head = request.method().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(answer.body().length));
    }
    boolean empty = head || answer.body().length == 0;
    exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
    if (!empty) {
      exchange.getResponseBody().write(answer.body());
    }
    exchange.close();
  }

  private static void pause() {
    try {
      Thread.sleep(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Trouble record(String operation) {
    requests.add(operation);
    synchronized (faults) {
      for (Fault fault : faults) {
        if (fault.operation().equals(operation)) {
          faults.remove(fault);
          return fault.trouble();
        }
      }
      return null;
    }
  }

  private Answer answer(Request request) {
    if (forbidden) {
      return error(403, "AccessDenied");
    }
    if (!request.bucket().equals(BUCKET)) {
      return error(404, "NoSuchBucket");
    }
    return switch (request.operation()) {
      case "HeadBucket" -> Answer.OK;
      case "PutObject" -> create(request, request.body());
      case "HeadObject", "GetObject" -> read(request);
      case "DeleteObject" -> {
        objects.remove(request.key());
        yield new Answer(204, Map.of(), new byte[0]);
      }
      case "ListObjectsV2" -> list(request);
      case "CreateMultipartUpload" -> begin(request);
      case "UploadPart" -> uploadPart(request);
      case "CompleteMultipartUpload" -> complete(request);
      case "AbortMultipartUpload" ->
          uploads.remove(request.query("uploadId")) == null
              ? error(404, "NoSuchUpload")
              : new Answer(204, Map.of(), new byte[0]);
      default -> error(501, "NotImplemented");
    };
  }

  private Answer create(Request request, byte[] bytes) {
    Stored stored = new Stored(bytes, request.stored());
    boolean conditional = "*".equals(request.header("if-none-match")) && !ignoresConditions;
    if (!conditional) {
      objects.put(request.key(), stored);
    } else if (objects.putIfAbsent(request.key(), stored) != null) {
      return error(412, "PreconditionFailed");
    }
    return new Answer(200, Map.of("ETag", etag(bytes)), new byte[0]);
  }

  private Answer read(Request request) {
    Stored stored = objects.get(request.key());
    if (stored == null) {
      return error(404, "NoSuchKey");
    }
    Map<String, String> headers = new HashMap<>(stored.headers());
    headers.put("ETag", etag(stored.bytes()));
    String range = request.header("range");
    if (range == null) {
      return new Answer(200, headers, stored.bytes());
    }
    Matcher matcher = RANGE.matcher(range);
    if (!matcher.matches()) {
      return error(400, "InvalidArgument");
    }
    long from = Long.parseLong(matcher.group(1));
    long to = Math.min(Long.parseLong(matcher.group(2)), stored.bytes().length - 1L);
    if (from >= stored.bytes().length) {
      return error(416, "InvalidRange");
    }
    headers.put("Content-Range", "bytes " + from + "-" + to + "/" + stored.bytes().length);
    byte[] part = Arrays.copyOfRange(stored.bytes(), (int) from, (int) to + 1);
    return new Answer(206, headers, part);
  }

  private Answer list(Request request) {
    String prefix = request.query("prefix");
    String after = request.query("continuation-token");
    SortedMap<String, Stored> rest =
        after.isEmpty() ? objects.tailMap(prefix) : objects.tailMap(after, false);
    StringBuilder xml = new StringBuilder("<ListBucketResult>");
    String last = null;
    int count = 0;
    boolean more = false;
    for (Map.Entry<String, Stored> entry : rest.entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      if (count == PAGE) {
        more = true;
        break;
      }
      last = entry.getKey();
      count++;
      xml.append("<Contents><Key>").append(last).append("</Key><Size>");
      xml.append(entry.getValue().bytes().length).append("</Size></Contents>");
    }
    xml.append("<KeyCount>").append(count).append("</KeyCount>");
    xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
    if (more) {
      xml.append("<NextContinuationToken>").append(last).append("</NextContinuationToken>");
    }
    return xml(xml.append("</ListBucketResult>").toString());
  }

  private Answer begin(Request request) {
    String id = UUID.randomUUID().toString();
    uploads.put(id, new Upload(request.stored(), new ConcurrentHashMap<>()));
    return xml(
        "<InitiateMultipartUploadResult><UploadId>"
            + id
            + "</UploadId></InitiateMultipartUploadResult>");
  }

  private Answer uploadPart(Request request) {
    Upload upload = uploads.get(request.query("uploadId"));
    if (upload == null) {
      return error(404, "NoSuchUpload");
    }
    upload.parts().put(Integer.parseInt(request.query("partNumber")), request.body());
    return new Answer(200, Map.of("ETag", etag(request.body())), new byte[0]);
  }

  private Answer complete(Request request) {
    String id = request.query("uploadId");
    Upload upload = uploads.get(id);
    if (upload == null) {
      return error(404, "NoSuchUpload");
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    Matcher parts = PART.matcher(new String(request.body(), StandardCharsets.UTF_8));
    while (parts.find()) {
      whole.writeBytes(upload.parts().get(Integer.parseInt(parts.group(1))));
    }
    Answer created =
        create(
            new Request(
                request.method(),
                request.path(),
                request.queries(),
                request.headers(),
                upload.headers(),
                request.body()),
            whole.toByteArray());
    if (created.status() != 200) {
      return created;
    }
    uploads.remove(id);
    return xml("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
  }

  private static Answer xml(String text) {
    return new Answer(
        200, Map.of("Content-Type", "application/xml"), text.getBytes(StandardCharsets.UTF_8));
  }

  private static Answer error(int status, String code) {
    return new Answer(
        status,
        Map.of("Content-Type", "application/xml"),
        ("<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static String etag(byte[] bytes) {
    try {
      return '"' + HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes)) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Fault(String operation, Trouble trouble) {}

  private record Stored(byte[] bytes, Map<String, String> headers) {}

  private record Upload(Map<String, String> headers, Map<Integer, byte[]> parts) {}

  private record Answer(int status, Map<String, String> headers, byte[] body) {

    static final Answer OK = new Answer(200, Map.of(), new byte[0]);
  }

  private record Request(
      String method,
      String path,
      Map<String, String> queries,
      Map<String, String> headers,
      Map<String, String> stored,
      byte[] body) {

    static Request of(HttpExchange exchange) throws IOException {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
      Map<String, String> stored = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      headers.forEach(
          (name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-meta-") || lower.startsWith("x-amz-server-side")) {
              stored.put(name, value);
            }
          });
      return new Request(
          exchange.getRequestMethod(),
          exchange.getRequestURI().getPath(),
          queries(exchange.getRequestURI()),
          headers,
          stored,
          body(exchange, headers));
    }

    private static Map<String, String> queries(URI uri) {
      Map<String, String> queries = new HashMap<>();
      if (uri.getRawQuery() != null) {
        for (String pair : uri.getRawQuery().split("&", -1)) {
          int equals = pair.indexOf('=');
          String name = equals < 0 ? pair : pair.substring(0, equals);
          String value = equals < 0 ? "" : pair.substring(equals + 1);
          queries.put(name, URLDecoder.decode(value, StandardCharsets.UTF_8));
        }
      }
      return queries;
    }

    private static byte[] body(HttpExchange exchange, Map<String, String> headers)
        throws IOException {
      InputStream in = exchange.getRequestBody();
      String hash = headers.getOrDefault("x-amz-content-sha256", "");
      return hash.startsWith("STREAMING") ? unchunked(in) : in.readAllBytes();
    }

    /** Takes off the framing of bodies that are signed, or have their checksum, at the end. */
    private static byte[] unchunked(InputStream in) throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        String size = line(in);
        int length = Integer.parseInt(size.replaceAll(";.*", ""), 16);
        if (length == 0) {
          in.readAllBytes();
          return body.toByteArray();
        }
        body.writeBytes(in.readNBytes(length));
        line(in);
      }
    }

    private static String line(InputStream in) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new UncheckedIOException(new IOException("The body ends in a line"));
        }
        line.append((char) c);
      }
      return line.toString().trim();
    }

    String bucket() {
      return path.substring(1).replaceAll("/.*", "");
    }

    String key() {
      int slash = path.indexOf('/', 1);
      return slash < 0 ? "" : path.substring(slash + 1);
    }

    String query(String name) {
      return queries.getOrDefault(name, "");
    }

    @Nullable String header(String name) {
      return headers.get(name);
    }

    String operation() {
      boolean bucket = key().isEmpty();
      return switch (method) {
        case "HEAD" -> bucket ? "HeadBucket" : "HeadObject";
        case "GET" -> bucket ? "ListObjectsV2" : "GetObject";
        case "PUT" -> queries.containsKey("partNumber") ? "UploadPart" : "PutObject";
        case "POST" ->
            queries.containsKey("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
        case "DELETE" -> queries.containsKey("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
        default -> method;
      };
    }
  }
}
