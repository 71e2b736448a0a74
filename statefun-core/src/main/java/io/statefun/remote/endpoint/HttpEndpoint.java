/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.message.Address;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What requests over HTTP are answered, whatever server takes them. A runtime takes a reply only
 * with status 200 and the content type that {@link Reply#headers} has, without any parameter.
 *
 * <p>Safe for use by any thread. A request that fails in a function, or is for one that is not
 * served, is logged as a warning.
 */
public final class HttpEndpoint {

  /** The content type of requests and replies. */
  public static final String CONTENT_TYPE = "application/octet-stream";

  private static final Logger log = LoggerFactory.getLogger(HttpEndpoint.class);

  private final RequestReplyHandler handler;
  private final @Nullable SignatureCheck signatures;

  /**
   * An endpoint that answers everybody.
   *
   * @param handler what runs the functions
   */
  public HttpEndpoint(RequestReplyHandler handler) {
    this(handler, null);
  }

  /**
   * @param handler what runs the functions
   * @param signatures says which requests are answered; null if all are
   */
  public HttpEndpoint(RequestReplyHandler handler, @Nullable SignatureCheck signatures) {
    this.handler = Objects.requireNonNull(handler, "handler");
    this.signatures = signatures;
  }

  /**
   * Answers a request that is not signed.
   *
   * @see #answer(String, Headers, InputStream)
   */
  public Reply answer(String method, @Nullable String contentType, InputStream body)
      throws IOException {
    return answer(method, name -> name.equalsIgnoreCase("Content-Type") ? contentType : null, body);
  }

  /**
   * Answers a request.
   *
   * @param method the method, in capitals
   * @param headers the request's headers
   * @param body the request's body, of which no more is read than a request may have; it is not
   *     closed
   * @throws IOException if the body cannot be read
   */
  public Reply answer(String method, Headers headers, InputStream body) throws IOException {
    String contentType = headers.get("Content-Type");
    if (!method.equals("POST")) {
      return Reply.refusal(405, Map.of("Allow", "POST"), "Only POST is allowed");
    }
    if (contentType != null && !isOctetStream(contentType)) {
      return Reply.refusal(415, "The content type must be " + CONTENT_TYPE);
    }
    byte[] request =
        body.readNBytes((int) Math.min(Integer.MAX_VALUE, handler.maxRequestBytes() + 1L));
    if (request.length == 0) {
      return Reply.refusal(400, "The request has no body");
    }
    String wrong = signatures == null ? null : signatures.check(headers::get, request);
    if (wrong != null) {
      log.warn("A request was refused: {}", wrong);
      return Reply.refusal(401, "The request must be signed");
    }
    return answer(request, headers);
  }

  private static boolean isOctetStream(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT).equals(CONTENT_TYPE);
  }

  private Reply answer(byte[] request, Headers headers) {
    try {
      return Reply.of(handler.handle(request, headers::get));
    } catch (RequestFailedException e) {
      return switch (e.reason()) {
        case TOO_LARGE -> refuse(413, e);
        case UNREADABLE -> refuse(400, e);
        case UNKNOWN_FUNCTION, FAILED -> fail(e);
      };
    }
  }

  private static Reply refuse(int status, RequestFailedException e) {
    log.debug("A request was refused", e);
    return Reply.refusal(status, String.valueOf(e.getMessage()));
  }

  /** Says no more than where it failed: what a function throws may be confidential. */
  private static Reply fail(RequestFailedException e) {
    Address target = e.target();
    if (target == null) {
      log.warn("A request failed. {}", e.getMessage());
      return Reply.refusal(500, "The function is not known here");
    }
    log.warn("A request failed. {}", e.getMessage(), e.getCause());
    return Reply.refusal(500, "The function failed");
  }

  /** The headers of a request. */
  @FunctionalInterface
  public interface Headers {

    /**
     * The value of a header.
     *
     * @param name its name, in any case of letters
     * @return null if there is none
     */
    @Nullable String get(String name);
  }

  /**
   * An answer.
   *
   * @param status the status
   * @param headers the headers, of which the server may add others than these
   * @param body the body, not to be changed
   */
  public record Reply(int status, Map<String, String> headers, byte[] body) {

    private static Reply of(byte[] reply) {
      return new Reply(200, Map.of("Content-Type", CONTENT_TYPE), reply);
    }

    private static Reply refusal(int status, String text) {
      return refusal(status, Map.of(), text);
    }

    private static Reply refusal(int status, Map<String, String> headers, String text) {
      Map<String, String> all = new HashMap<>(headers);
      all.put("Content-Type", "text/plain;charset=UTF-8");
      return new Reply(status, Map.copyOf(all), text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
