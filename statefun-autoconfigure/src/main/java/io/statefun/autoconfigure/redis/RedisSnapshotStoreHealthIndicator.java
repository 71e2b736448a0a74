/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import java.io.IOException;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Tells whether Redis can be reached, and warns of settings with which it would lose what was
 * committed. A warning is no reason to take the application out of service: it stays up.
 */
final class RedisSnapshotStoreHealthIndicator extends AbstractHealthIndicator {

  private final RedisCalls redis;
  private final int replicas;

  /**
   * @param replicas how many replicas a commit waits for
   */
  RedisSnapshotStoreHealthIndicator(RedisCalls redis, int replicas) {
    super("The health of the snapshot store in Redis is not known");
    this.redis = redis;
    this.replicas = replicas;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) throws IOException {
    describe(RedisDurability.of(redis), replicas, builder);
  }

  static void describe(RedisDurability durability, int replicas, Health.Builder builder) {
    builder
        .up()
        .withDetail("appendonly", durability.appendOnly())
        .withDetail("appendfsync", durability.appendFsync())
        .withDetail("maxmemory-policy", durability.evictionPolicy());
    if (durability.replicas() >= 0) {
      builder.withDetail("replicas", durability.replicas());
    }
    List<String> warnings = durability.warnings(replicas);
    if (!warnings.isEmpty()) {
      builder.withDetail("warnings", warnings);
    }
  }
}
