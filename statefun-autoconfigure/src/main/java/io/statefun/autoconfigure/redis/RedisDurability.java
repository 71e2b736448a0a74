/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.springframework.data.redis.connection.RedisConnection;

/**
 * What a Redis server does to keep what it has acknowledged, as far as it tells.
 *
 * @param appendOnly whether it writes an append-only file: {@code yes}, {@code no} or {@code
 *     unknown}
 * @param appendFsync when it forces that file to the disk, as Redis calls it, or {@code unknown}
 * @param evictionPolicy what it removes when its memory is full, as Redis calls it, or {@code
 *     unknown}
 * @param replicas how many replicas are connected, or -1 if that is not known
 */
record RedisDurability(String appendOnly, String appendFsync, String evictionPolicy, int replicas) {

  private static final String UNKNOWN = "unknown";

  /**
   * Asks the server.
   *
   * @throws IOException if it cannot be reached; what it only refuses to tell is unknown
   */
  static RedisDurability of(RedisCalls redis) throws IOException {
    redis.call(RedisConnection::ping);
    Properties info = ask(redis, connection -> connection.serverCommands().info());
    String replicas = value(info, "connected_slaves");
    return new RedisDurability(
        switch (value(info, "aof_enabled")) {
          case "1" -> "yes";
          case "0" -> "no";
          default -> config(redis, "appendonly");
        },
        config(redis, "appendfsync"),
        value(info, "maxmemory_policy"),
        replicas.equals(UNKNOWN) ? -1 : Integer.parseInt(replicas));
  }

  /** Services that manage Redis often forbid this command. */
  private static String config(RedisCalls redis, String name) {
    return value(ask(redis, connection -> connection.serverCommands().getConfig(name)), name);
  }

  private static Properties ask(RedisCalls redis, Function<RedisConnection, Properties> question) {
    try {
      Properties answer = redis.call(question);
      return answer == null ? new Properties() : answer;
    } catch (IOException e) {
      return new Properties();
    }
  }

  /** In a cluster each name begins with the node's; nodes are taken to be configured alike. */
  private static String value(Properties properties, String name) {
    return properties.stringPropertyNames().stream()
        .filter(key -> key.equals(name) || key.endsWith("." + name))
        .sorted()
        .findFirst()
        .map(properties::getProperty)
        .orElse(UNKNOWN);
  }

  /**
   * What can be lost, in sentences.
   *
   * @param replicasAsked how many replicas there should be
   */
  List<String> warnings(int replicasAsked) {
    List<String> warnings = new ArrayList<>();
    if (appendOnly.equals("no")) {
      warnings.add(
          "appendonly is no: when Redis dies, everything since its last snapshot is lost.");
    } else if (appendFsync.equals("everysec")) {
      warnings.add(
          "appendfsync is everysec: when the machine of Redis dies, up to two seconds of"
              + " commits are lost.");
    } else if (appendFsync.equals("no")) {
      warnings.add(
          "appendfsync is no: when the machine of Redis dies, what its system had not yet"
              + " written is lost.");
    }
    if (!evictionPolicy.equals("noeviction") && !evictionPolicy.equals(UNKNOWN)) {
      warnings.add(
          "maxmemory-policy is %s: when its memory is full, Redis may remove committed state."
              .formatted(evictionPolicy));
    }
    if (replicas >= 0 && replicas < replicasAsked) {
      warnings.add(
          "%d replicas are connected, %d are asked for: commits fail."
              .formatted(replicas, replicasAsked));
    }
    return warnings;
  }
}
