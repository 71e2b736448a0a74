/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** On a Redis Cluster of two servers. */
class RedisClusterSnapshotStoreTest extends SnapshotStoreContract {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final AtomicInteger APPLICATIONS = new AtomicInteger();

  @TempDir static Path folder;
  private static final List<RedisProcess> servers = new ArrayList<>();

  private final String application = "app-" + APPLICATIONS.incrementAndGet();
  private final List<LettuceConnectionFactory> factories = new ArrayList<>();

  @BeforeAll
  static void startCluster() throws Exception {
    for (String name : List.of("one", "two")) {
      servers.add(RedisProcess.startForCluster(folder.resolve(name)));
    }
    int half = SlotHash.SLOT_COUNT / 2;
    take(servers.get(0), 0, half);
    take(servers.get(1), half, SlotHash.SLOT_COUNT);
    ask(servers.get(0), redis -> redis.sync().clusterMeet("127.0.0.1", servers.get(1).port()));
    for (RedisProcess server : servers) {
      await().atMost(PATIENCE).until(() -> isWhole(server));
    }
  }

  private static void take(RedisProcess server, int first, int end) {
    int[] slots = IntStream.range(first, end).toArray();
    ask(server, redis -> redis.sync().clusterAddSlots(slots));
  }

  private static boolean isWhole(RedisProcess server) {
    String state = ask(server, redis -> redis.sync().clusterInfo());
    return state.contains("cluster_state:ok") && state.contains("cluster_known_nodes:2");
  }

  private static String ask(RedisProcess server, Question question) {
    RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return question.ask(connection);
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
  }

  /** Something to ask a server. */
  @FunctionalInterface
  private interface Question {
    String ask(StatefulRedisConnection<String, String> connection);
  }

  @AfterAll
  static void stopCluster() {
    servers.forEach(RedisProcess::close);
    servers.clear();
  }

  @AfterEach
  void disconnect() {
    factories.forEach(LettuceConnectionFactory::destroy);
  }

  @Override
  protected SnapshotStore create() throws IOException {
    return RedisSnapshotStore.open(connect(), application, RedisProcess.properties(0));
  }

  @Override
  protected SnapshotStore another(SnapshotStore store) throws IOException {
    return create();
  }

  private LettuceConnectionFactory connect() {
    LettuceConnectionFactory factory =
        new LettuceConnectionFactory(
            new RedisClusterConfiguration(List.of("127.0.0.1:" + servers.get(0).port())),
            LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(10)).build());
    factory.afterPropertiesSet();
    factory.start();
    factories.add(factory);
    return factory;
  }
}
