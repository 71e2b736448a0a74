/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import io.statefun.autoconfigure.ApplicationName;
import io.statefun.autoconfigure.ConditionalOnEngine;
import io.statefun.autoconfigure.ConditionalOnMissingSnapshotStore;
import io.statefun.autoconfigure.ConditionalOnSnapshotStore;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Stores snapshots in the application's Redis, if it is configured to. */
@AutoConfiguration(
    beforeName = "io.statefun.autoconfigure.StateFunAutoConfiguration",
    afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnEngine
@ConditionalOnSnapshotStore(StateFunProperties.Snapshot.Store.REDIS)
class RedisSnapshotStoreAutoConfiguration {

  private static final String WHAT_TO_DO =
      "Add org.springframework.boot:spring-boot-starter-data-redis, and say with"
          + " spring.data.redis.* where Redis is; or choose another"
          + " store with statefun.snapshot.store and statefun.snapshot.bases.";

  /** With the library. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(RedisConnectionFactory.class)
  @EnableConfigurationProperties(RedisSnapshotProperties.class)
  static class StoreConfiguration {

    @Bean
    @ConditionalOnMissingSnapshotStore
    RedisSnapshotStore statefunRedisSnapshotStore(
        ObjectProvider<RedisConnectionFactory> connections,
        ApplicationName name,
        RedisSnapshotProperties properties)
        throws SnapshotStoreException {
      RedisConnectionFactory available = connections.getIfAvailable();
      if (available == null) {
        throw new SnapshotStoreException(
            "Snapshots are to be in Redis, but the application has no bean of type"
                + " RedisConnectionFactory.",
            WHAT_TO_DO);
      }
      return RedisSnapshotStore.open(available, name.value(), properties);
    }
  }

  /** Without it. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("org.springframework.data.redis.connection.RedisConnectionFactory")
  static class MissingLibraryConfiguration {

    @Bean
    @ConditionalOnMissingSnapshotStore
    SnapshotStore statefunRedisSnapshotStore() throws SnapshotStoreException {
      throw new SnapshotStoreException(
          "Snapshots are to be in Redis, but Spring Data Redis is not on the class path.",
          WHAT_TO_DO);
    }
  }
}
