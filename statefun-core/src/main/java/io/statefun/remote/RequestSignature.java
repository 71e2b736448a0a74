/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs requests, and checks signatures: HTTP message signatures (RFC 9421) with HMAC-SHA256 over
 * the method, the content type, the digest of the body (RFC 9530) and the batch's id, and with the
 * time of the signature. Used by any thread.
 */
public final class RequestSignature {

  /** The header with the digest of the body. */
  public static final String DIGEST = "Content-Digest";

  /** The header that says what is signed. */
  public static final String INPUT = "Signature-Input";

  /** The header with the signature. */
  public static final String SIGNATURE = "Signature";

  /** The header with the id of the batch. */
  public static final String BATCH = "Idempotency-Key";

  private static final String COMPONENTS =
      "(\"@method\" \"content-type\" \"content-digest\" \"idempotency-key\")";
  private static final Pattern PARAMETERS =
      Pattern.compile(
          "statefun="
              + Pattern.quote(COMPONENTS)
              + ";created=(\\d{1,12});keyid=\"([A-Za-z0-9._-]{1,64})\";alg=\"hmac-sha256\"");

  private final SigningKey key;

  /**
   * @param key known to both sides
   */
  public RequestSignature(SigningKey key) {
    this.key = key;
  }

  /**
   * The headers with which a request is signed.
   *
   * @param batch the value of the header {@link #BATCH}
   */
  public Map<String, String> sign(byte[] body, String batch, Instant now) {
    String digest = digest(body);
    String parameters =
        COMPONENTS
            + ";created="
            + now.getEpochSecond()
            + ";keyid=\""
            + key.id()
            + "\";alg=\"hmac-sha256\"";
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(DIGEST, digest);
    headers.put(INPUT, "statefun=" + parameters);
    headers.put(SIGNATURE, "statefun=:" + encode(hmac(base(digest, batch, parameters))) + ":");
    return headers;
  }

  /**
   * Checks the signature of a request.
   *
   * @param headers gives a header by its name, or null
   * @param body as it came
   * @param tolerance by how much the time of the signature may differ from {@code now}
   * @return what is wrong, or null if nothing is
   */
  public @Nullable String check(
      Function<String, @Nullable String> headers, byte[] body, Instant now, Duration tolerance) {
    String digest = headers.apply(DIGEST);
    String input = headers.apply(INPUT);
    String signature = headers.apply(SIGNATURE);
    String batch = headers.apply(BATCH);
    if (digest == null || input == null || signature == null || batch == null) {
      return "the request is not signed";
    }
    Matcher parameters = PARAMETERS.matcher(input);
    if (!parameters.matches()) {
      return "the signature covers something else, or has another algorithm";
    }
    if (!parameters.group(2).equals(key.id())) {
      return "the key is not known";
    }
    Duration age =
        Duration.between(Instant.ofEpochSecond(Long.parseLong(parameters.group(1))), now);
    if (age.abs().compareTo(tolerance) > 0) {
      return "the signature is " + age.toSeconds() + " s old";
    }
    String expected =
        "statefun=:"
            + encode(hmac(base(digest, batch, input.substring("statefun=".length()))))
            + ":";
    boolean same = isSame(expected, signature);
    return !same || !isSame(digest(body), digest) ? "the signature is wrong" : null;
  }

  private static boolean isSame(String expected, String given) {
    return MessageDigest.isEqual(bytes(expected), bytes(given));
  }

  private static String base(String digest, String batch, String parameters) {
    return String.join(
        "\n",
        "\"@method\": POST",
        "\"content-type\": application/octet-stream",
        "\"content-digest\": " + digest,
        "\"idempotency-key\": " + batch,
        "\"@signature-params\": " + parameters);
  }

  private byte[] hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.secret(), "HmacSHA256"));
      return mac.doFinal(bytes(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Each JDK has HmacSHA256", e);
    }
  }

  private static String digest(byte[] body) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return "sha-256=:" + encode(digest) + ":";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Each JDK has SHA-256", e);
    }
  }

  private static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
