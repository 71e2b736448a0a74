/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Shows in the application's health what the snapshot store in Redis would lose. */
@AutoConfiguration(after = RedisSnapshotStoreAutoConfiguration.class)
@ConditionalOnClass({
  RedisConnectionFactory.class,
  HealthIndicator.class,
  ConditionalOnEnabledHealthIndicator.class
})
@ConditionalOnBean(RedisSnapshotStore.class)
@ConditionalOnEnabledHealthIndicator("statefunredis")
class RedisSnapshotStoreHealthAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean(name = "statefunRedisHealthIndicator")
  HealthIndicator statefunRedisHealthIndicator(
      RedisConnectionFactory connections, RedisSnapshotProperties properties) {
    return new RedisSnapshotStoreHealthIndicator(
        new RedisCalls(connections), properties.replicas());
  }
}
