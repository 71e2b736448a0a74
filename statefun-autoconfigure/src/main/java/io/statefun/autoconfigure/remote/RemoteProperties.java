/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.statefun.engine.FailurePolicy;
import io.statefun.function.OnFailure;
import io.statefun.remote.RemoteEndpoint;
import io.statefun.remote.SigningKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * The properties of functions that run elsewhere.
 *
 * @param endpoints Where functions run that are elsewhere, and how they are called, by names of
 *     your choice.
 */
@ConfigurationProperties("statefun.remote")
public record RemoteProperties(@DefaultValue Map<String, Endpoint> endpoints) implements Validator {

  private static final Set<String> RESERVED_HEADERS =
      Set.of(
          "content-type",
          "content-length",
          "content-digest",
          "idempotency-key",
          "signature",
          "signature-input",
          "connection",
          "host",
          "expect",
          "upgrade",
          "transfer-encoding");

  public RemoteProperties {
    endpoints = new LinkedHashMap<>(endpoints);
  }

  /**
   * Where functions run that are elsewhere, and how they are called.
   *
   * @param functions The type of the function, namespace/name, or namespace/* for all of a
   *     namespace that no other endpoint names.
   * @param url The URL, in which {function.name} stands for the name of the function without its
   *     namespace. Behind a Unix-domain socket it is http+unix:///run/functions.sock/path.
   * @param headers Headers that are sent with each request, as an authorization.
   * @param timeouts How long anything may take.
   * @param retry How calls are repeated that do not get through.
   * @param maxBatchSize The number of messages that one request has at most.
   * @param maxConcurrentCalls The number of requests that are under way from this process at most.
   * @param maxRequestSize The size of a request, beyond which its messages go to the dead letters.
   * @param maxResponseSize The size of a response, beyond which the call has failed.
   * @param maxWaiting The size of messages for one function that wait in this process, beyond which
   *     the ingresses that feed it are read no further.
   * @param callBeforeCommit Whether to call before the messages are committed: sooner, but what is
   *     called may be taken back by a crash, and then comes again in another batch.
   * @param failure What happens after a call has failed. The default is statefun.failure.
   * @param allowedTargets The functions as namespace/name, and namespaces, to which functions of
   *     the endpoint may send. The default is all.
   * @param allowedEgresses The egresses to which functions of the endpoint may give records. The
   *     default is all.
   * @param ssl Encryption.
   * @param signing The key with which requests are signed.
   */
  public record Endpoint(
      @Nullable String functions,
      @Nullable String url,
      @DefaultValue Map<String, String> headers,
      @DefaultValue Timeouts timeouts,
      @DefaultValue Retry retry,
      @DefaultValue("1000") int maxBatchSize,
      @DefaultValue("64") int maxConcurrentCalls,
      @DefaultValue("32MB") DataSize maxRequestSize,
      @DefaultValue("32MB") DataSize maxResponseSize,
      @DefaultValue("64MB") DataSize maxWaiting,
      @DefaultValue("false") boolean callBeforeCommit,
      @Nullable Failure failure,
      @DefaultValue Set<String> allowedTargets,
      @DefaultValue Set<String> allowedEgresses,
      @DefaultValue Ssl ssl,
      @Nullable Signing signing) {

    RemoteEndpoint endpoint(String name, FailurePolicy defaultPolicy) {
      return new RemoteEndpoint(
          name,
          Objects.requireNonNull(functions),
          Objects.requireNonNull(url),
          headers,
          timeouts.timeouts(),
          retry.retry(),
          new RemoteEndpoint.Limits(
              maxBatchSize,
              maxConcurrentCalls,
              Math.toIntExact(maxRequestSize.toBytes()),
              Math.toIntExact(maxResponseSize.toBytes()),
              maxWaiting.toBytes()),
          !callBeforeCommit,
          failure == null ? defaultPolicy : failure.policy(),
          new RemoteEndpoint.Access(allowedTargets, allowedEgresses),
          signing == null ? null : signing.key());
    }

    private void validate(String name, Errors errors) {
      String path = "endpoints[" + name + "].";
      Checks checks = new Checks(errors, path);
      checks.that(functions != null, "functions", "must name a function, or namespace/*");
      checks.that(url != null, "url", "must be set");
      if (functions != null && url != null) {
        try {
          RemoteEndpoint unused = RemoteEndpoint.of(functions, url);
        } catch (IllegalArgumentException e) {
          checks.that(false, "functions", String.valueOf(e.getMessage()));
        }
      }
      headers.forEach(
          (header, value) ->
              checks.that(
                  !RESERVED_HEADERS.contains(header.toLowerCase(java.util.Locale.ROOT)),
                  "headers",
                  "must not have '" + header + "', which is set by the engine"));
      timeouts.validate(checks);
      retry.validate(checks);
      checks.that(maxBatchSize >= 1, "maxBatchSize", "must be at least 1");
      checks.that(maxConcurrentCalls >= 1, "maxConcurrentCalls", "must be at least 1");
      checks.size(maxRequestSize, "maxRequestSize");
      checks.size(maxResponseSize, "maxResponseSize");
      checks.that(maxWaiting.toBytes() >= 1, "maxWaiting", "must be at least 1B");
      if (failure != null) {
        failure.validate(checks);
      }
      validate(allowedTargets, "allowedTargets", checks);
      validate(allowedEgresses, "allowedEgresses", checks);
      if (signing != null) {
        signing.validate(checks);
      }
    }

    private static void validate(Set<String> allowed, String property, Checks checks) {
      try {
        RemoteEndpoint.Access unused = new RemoteEndpoint.Access(allowed, Set.of());
      } catch (IllegalArgumentException e) {
        checks.that(false, property, String.valueOf(e.getMessage()));
      }
    }
  }

  /**
   * How long anything may take.
   *
   * @param call An attempt, from its beginning to the last byte of the response.
   * @param connect Until a connection is there.
   * @param read Between two parts of a response, and until the first one.
   * @param write Between two parts of a request.
   */
  public record Timeouts(
      @DefaultValue("1m") Duration call,
      @DefaultValue("10s") Duration connect,
      @DefaultValue("10s") Duration read,
      @DefaultValue("10s") Duration write) {

    private RemoteEndpoint.Timeouts timeouts() {
      return new RemoteEndpoint.Timeouts(call, connect, read, write);
    }

    private void validate(Checks checks) {
      checks.positive(call, "timeouts.call");
      checks.positive(connect, "timeouts.connect");
      checks.positive(read, "timeouts.read");
      checks.positive(write, "timeouts.write");
    }
  }

  /**
   * How calls are repeated that do not get through: because nothing answers, or not in time, or it
   * answers with 408, 425, 429, 502, 503 or 504.
   *
   * @param initialBackoff The pause before the second attempt.
   * @param maxBackoff The longest pause between attempts.
   * @param multiplier The factor by which each pause is longer than the one before.
   * @param deadline The time after which the call has failed. Without one, it is repeated until it
   *     gets through.
   */
  public record Retry(
      @DefaultValue("10ms") Duration initialBackoff,
      @DefaultValue("10s") Duration maxBackoff,
      @DefaultValue("2.0") double multiplier,
      @Nullable Duration deadline) {

    private RemoteEndpoint.Retry retry() {
      return new RemoteEndpoint.Retry(initialBackoff, maxBackoff, multiplier, deadline);
    }

    private void validate(Checks checks) {
      checks.that(!initialBackoff.isNegative(), "retry.initialBackoff", "must not be negative");
      checks.that(
          maxBackoff.compareTo(initialBackoff) >= 0,
          "retry.maxBackoff",
          "must not be less than retry.initial-backoff");
      checks.that(
          multiplier >= 1 && !Double.isInfinite(multiplier),
          "retry.multiplier",
          "must be a number of at least 1");
      checks.that(
          deadline == null || !deadline.isNegative(), "retry.deadline", "must not be negative");
    }
  }

  /**
   * What happens after a call has failed. A batch that has failed so often is called message by
   * message.
   *
   * @param maxAttempts The number of times that a batch is called, the first included.
   * @param initialBackoff The pause before the second attempt.
   * @param maxBackoff The longest pause between attempts.
   * @param multiplier The factor by which each pause is longer than the one before.
   * @param then What happens when all attempts have failed.
   */
  public record Failure(
      @DefaultValue("5") int maxAttempts,
      @DefaultValue("100ms") Duration initialBackoff,
      @DefaultValue("1m") Duration maxBackoff,
      @DefaultValue("2.0") double multiplier,
      @DefaultValue("dead-letter") OnFailure.Then then) {

    private FailurePolicy policy() {
      return new FailurePolicy(maxAttempts, initialBackoff, maxBackoff, multiplier, then);
    }

    private void validate(Checks checks) {
      try {
        FailurePolicy unused = policy();
      } catch (IllegalArgumentException e) {
        checks.that(false, "failure", String.valueOf(e.getMessage()));
      }
    }
  }

  /**
   * Encryption.
   *
   * @param bundle The name of the SSL bundle. Without one, https trusts what the JDK trusts.
   */
  public record Ssl(@Nullable String bundle) {}

  /**
   * The key with which requests are signed.
   *
   * @param keyId The name of the key, which is sent.
   * @param secret The secret that the endpoint knows, too, of at least 16 characters.
   */
  public record Signing(@Nullable String keyId, @Nullable String secret) {

    private SigningKey key() {
      return SigningKey.of(Objects.requireNonNull(keyId), Objects.requireNonNull(secret));
    }

    private void validate(Checks checks) {
      checks.that(keyId != null, "signing.keyId", "must be set");
      checks.that(secret != null, "signing.secret", "must be set");
      if (keyId != null && secret != null) {
        try {
          SigningKey unused = key();
        } catch (IllegalArgumentException e) {
          checks.that(false, "signing", String.valueOf(e.getMessage()));
        }
      }
    }

    /** The id alone. */
    @Override
    public String toString() {
      return "Signing[" + keyId + "]";
    }
  }

  @Override
  public boolean supports(Class<?> type) {
    return type == RemoteProperties.class;
  }

  @Override
  public void validate(Object target, Errors errors) {
    ((RemoteProperties) target)
        .endpoints.forEach((name, endpoint) -> endpoint.validate(name, errors));
  }

  private record Checks(Errors errors, String path) {

    void that(boolean valid, String field, String message) {
      if (!valid) {
        errors.rejectValue(path + field, "invalid", message);
      }
    }

    void positive(Duration value, String field) {
      that(value.toMillis() >= 1, field, "must be at least 1ms");
    }

    void size(DataSize value, String field) {
      that(
          value.toBytes() >= 1 && value.toBytes() <= Integer.MAX_VALUE,
          field,
          "must be between 1B and 2047MB");
    }
  }
}
