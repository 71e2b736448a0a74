/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSignatureTest {

  private static final byte[] BODY = "hello".getBytes(UTF_8);
  private static final String BATCH = "\"batch-1\"";
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final SigningKey KEY = SigningKey.of("key-1", "0123456789abcdef");

  private final RequestSignature signature = new RequestSignature(KEY);
  private final Map<String, String> headers = signed();

  private Map<String, String> signed() {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(signature.sign(BODY, BATCH, NOW));
    all.put(RequestSignature.BATCH, BATCH);
    return all;
  }

  private @Nullable String check() {
    return check(BODY, NOW);
  }

  private @Nullable String check(byte[] body, Instant now) {
    return signature.check(headers::get, body, now, TOLERANCE);
  }

  /** Made with another implementation of SHA-256 and HMAC, over the text that RFC 9421 says. */
  @Test
  void theSignatureIsThatOfTheStandards() {
    assertThat(headers)
        .containsEntry("Content-Digest", "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:")
        .containsEntry(
            "Signature-Input",
            "statefun=(\"@method\" \"content-type\" \"content-digest\" \"idempotency-key\")"
                + ";created=1700000000;keyid=\"key-1\";alg=\"hmac-sha256\"")
        .containsEntry("Signature", "statefun=:JM0ew3jvsO/ZwnSespw97FG/Kopgqvq1W762RbhUZro=:");
  }

  @Test
  void aSignedRequestIsAccepted() {
    assertThat(check()).isNull();
    assertThat(check(BODY, NOW.plus(TOLERANCE))).isNull();
    assertThat(check(BODY, NOW.minus(TOLERANCE))).isNull();
  }

  @Test
  void aChangedBodyIsRefused() {
    assertThat(check("hellO".getBytes(UTF_8), NOW)).contains("wrong");
    assertThat(check(new byte[0], NOW)).contains("wrong");
  }

  @Test
  void aBodyWithADigestOfItsOwnIsRefused() {
    byte[] other = "other".getBytes(UTF_8);
    headers.put(
        RequestSignature.DIGEST,
        signature.sign(other, BATCH, NOW).getOrDefault(RequestSignature.DIGEST, ""));

    assertThat(check(other, NOW)).contains("wrong");
  }

  @Test
  void anotherBatchIsRefused() {
    headers.put(RequestSignature.BATCH, "\"batch-2\"");

    assertThat(check()).contains("wrong");
  }

  @Test
  void aSignatureThatIsTooOldIsRefused() {
    assertThat(check(BODY, NOW.plus(TOLERANCE).plusSeconds(1))).contains("301 s old");
  }

  @Test
  void aSignatureOfTheFutureIsRefused() {
    assertThat(check(BODY, NOW.minus(TOLERANCE).minusSeconds(1))).contains("old");
  }

  @Test
  void anotherTimeIsRefused() {
    headers.computeIfPresent(
        RequestSignature.INPUT, (name, value) -> value.replace("1700000000", "1700000001"));

    assertThat(check()).contains("wrong");
  }

  @Test
  void aKeyOfAnotherNameIsRefused() {
    RequestSignature other = new RequestSignature(SigningKey.of("key-2", "0123456789abcdef"));

    assertThat(other.check(headers::get, BODY, NOW, TOLERANCE)).contains("not known");
  }

  @Test
  void anotherSecretIsRefused() {
    RequestSignature other = new RequestSignature(SigningKey.of("key-1", "0123456789abcdeF"));

    assertThat(other.check(headers::get, BODY, NOW, TOLERANCE)).contains("wrong");
  }

  @Test
  void anotherAlgorithmIsRefused() {
    headers.computeIfPresent(
        RequestSignature.INPUT, (name, value) -> value.replace("hmac-sha256", "hmac-sha1"));

    assertThat(check()).contains("another algorithm");
  }

  @Test
  void aSignatureThatCoversLessIsRefused() {
    headers.computeIfPresent(
        RequestSignature.INPUT, (name, value) -> value.replace(" \"content-digest\"", ""));

    assertThat(check()).contains("covers something else");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Digest", "Signature-Input", "Signature", "Idempotency-Key"})
  void aHeaderThatIsMissingIsRefused(String header) {
    headers.remove(header);

    assertThat(check()).isEqualTo("the request is not signed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "statefun=", "statefun=:AAAA:", "other=:AAAA:"})
  void anotherSignatureIsRefused(String other) {
    headers.put(RequestSignature.SIGNATURE, other);

    assertThat(check()).contains("wrong");
  }

  @Test
  void aKeyHasASecretThatCannotBeGuessedAndIsNotShown() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningKey.of("key-1", "0123456789abcde"))
        .withMessageContaining("at least 16 bytes");
    assertThat(KEY).hasToString("SigningKey[key-1]");
    assertThat(KEY.secret()).isNotSameAs(KEY.secret());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\"b", "é"})
  void aKeyHasANameThatFitsIntoAHeader(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningKey.of(id, "0123456789abcdef"))
        .withMessageContaining("letters, digits");
  }
}
