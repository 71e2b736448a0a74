/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * The properties of the snapshot store in Redis. The connection has Spring Boot's own, {@code
 * spring.data.redis}.
 *
 * @param keyPrefix What the names of all keys begin with. Fixed when the application first starts.
 * @param chunkSize The size of the values that large objects are divided into, between 64KB and
 *     64MB.
 * @param attemptTimeout The time in which an object must be written. What an attempt that died has
 *     written is removed after it.
 * @param replicas The number of replicas that must have a commit before it counts.
 * @param replicaTimeout The time to wait for the replicas. Must be less than
 *     spring.data.redis.timeout.
 */
@ConfigurationProperties("statefun.snapshot.redis")
public record RedisSnapshotProperties(
    @DefaultValue("statefun") String keyPrefix,
    @DefaultValue("1MB") DataSize chunkSize,
    @DefaultValue("10m") Duration attemptTimeout,
    @DefaultValue("0") int replicas,
    @DefaultValue("1s") Duration replicaTimeout)
    implements Validator {

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._:-]+");
  private static final DataSize LEAST_CHUNK = DataSize.ofKilobytes(64);
  private static final DataSize LARGEST_CHUNK = DataSize.ofMegabytes(64);
  private static final Duration LEAST = Duration.ofMillis(1);

  @Override
  public boolean supports(Class<?> type) {
    return type == RedisSnapshotProperties.class;
  }

  @Override
  public void validate(Object target, Errors errors) {
    ((RedisSnapshotProperties) target).validate(errors);
  }

  private void validate(Errors errors) {
    // Braces would take the place of those that keep an application's keys in one slot.
    check(
        errors,
        PREFIX.matcher(keyPrefix).matches(),
        "keyPrefix",
        "must be made of letters, digits, '.', '_', ':' and '-'");
    check(
        errors,
        chunkSize.compareTo(LEAST_CHUNK) >= 0 && chunkSize.compareTo(LARGEST_CHUNK) <= 0,
        "chunkSize",
        "must be between 64KB and 64MB");
    check(errors, attemptTimeout.compareTo(LEAST) >= 0, "attemptTimeout", "must be more than 0");
    check(errors, replicas >= 0, "replicas", "must not be negative");
    // To Redis 0 means: without end.
    check(errors, replicaTimeout.compareTo(LEAST) >= 0, "replicaTimeout", "must be more than 0");
  }

  private static void check(Errors errors, boolean valid, String field, String message) {
    if (!valid) {
      errors.rejectValue(field, "invalid", message);
    }
  }
}
