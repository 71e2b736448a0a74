/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import static io.statefun.snapshot.SnapshotStoreContract.content;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.snapshot.SnapshotStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Where a Sentinel says which server is the master. */
class RedisSentinelTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void commitsThatAReplicaAcknowledged_surviveTheLossOfTheMaster() throws Exception {
    try (RedisProcess master = RedisProcess.start(folder.resolve("master"));
        RedisProcess replica =
            RedisProcess.start(
                folder.resolve("replica"), "--replicaof", "127.0.0.1", "" + master.port());
        RedisProcess sentinel = RedisProcess.startSentinel(folder.resolve("sentinel"), master)) {
      LettuceConnectionFactory connections = connect(sentinel);
      try (SnapshotStore store =
          RedisSnapshotStore.open(connections, "app", RedisProcess.properties(1))) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> createOrFind(store, "before"));

        master.kill();

        await().atMost(PATIENCE).ignoreExceptions().until(() -> isMaster(connections, replica));
        assertThat(store.size("before")).isEqualTo(1);

        // Nobody is left to acknowledge what comes now.
        SnapshotStore alone =
            RedisSnapshotStore.open(connections, "app", RedisProcess.properties(0));
        assertThat(alone.create("after", content("x"))).isTrue();
        assertThat(store.list("")).containsExactly("after", "before");
      } finally {
        connections.destroy();
      }
    }
  }

  private static boolean createOrFind(SnapshotStore store, String name) throws Exception {
    return store.create(name, content("x")) || store.size(name) == 1;
  }

  private static boolean isMaster(LettuceConnectionFactory connections, RedisProcess server) {
    try (RedisConnection connection = connections.getConnection()) {
      Properties info = connection.serverCommands().info();
      return info.getProperty("tcp_port").equals("" + server.port())
          && info.getProperty("role").equals("master");
    }
  }

  private static LettuceConnectionFactory connect(RedisProcess sentinel) {
    RedisSentinelConfiguration configuration =
        new RedisSentinelConfiguration().master("test").sentinel("127.0.0.1", sentinel.port());
    LettuceConnectionFactory connections =
        new LettuceConnectionFactory(
            configuration,
            LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(10)).build());
    connections.afterPropertiesSet();
    connections.start();
    return connections;
  }
}
