/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import java.io.IOException;
import java.util.function.Function;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Calls Redis, and tells of what goes wrong as the snapshot store has to. Threads may share it. */
final class RedisCalls {

  private final RedisConnectionFactory connections;

  RedisCalls(RedisConnectionFactory connections) {
    this.connections = connections;
  }

  /**
   * Does something with a connection.
   *
   * @return what it returns
   * @throws IOException if Redis refuses, or does not answer: then it may have been done or not
   */
  <T> T call(Function<RedisConnection, T> commands) throws IOException {
    try (RedisConnection connection = connections.getConnection()) {
      return commands.apply(connection);
    } catch (RuntimeException e) {
      // Besides its own, the library throws what the client does, and IllegalStateException.
      throw new IOException("Redis: " + reason(e), e);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
