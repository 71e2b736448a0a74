/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.IntegerOutput;
import io.statefun.snapshot.SnapshotStoreException;
import java.io.IOException;
import java.time.Duration;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;

/** Waits until replicas have what was written. Threads may share it. */
final class ReplicaWait {

  private final RedisCalls redis;
  private final byte[] mark;
  private final int replicas;
  private final Duration timeout;

  /**
   * @param mark the key of a string to write, so that there is something to wait for
   * @param replicas how many must have it; 0 turns the waiting off
   * @param timeout how long to wait for them
   */
  ReplicaWait(RedisCalls redis, byte[] mark, int replicas, Duration timeout) {
    this.redis = redis;
    this.mark = mark;
    this.replicas = replicas;
    this.timeout = timeout;
  }

  /** Whether there is anything to wait for. */
  boolean asked() {
    return replicas > 0;
  }

  /**
   * Makes sure that waiting works with the application's connections.
   *
   * @throws SnapshotStoreException if it does not, and is asked for
   */
  void checkSupported() throws IOException {
    if (asked() && !redis.call(ReplicaWait::isSupported)) {
      throw new SnapshotStoreException(
          "statefun.snapshot.redis.replicas is set, but a connection to a Redis Cluster, or of"
              + " another client than Lettuce, cannot wait for replicas.",
          "Set statefun.snapshot.redis.replicas to 0, or connect with Lettuce to one server or"
              + " through Sentinel.");
    }
  }

  /** In a cluster the wait might go through another connection than the write, and miss it. */
  private static boolean isSupported(RedisConnection connection) {
    return connection instanceof LettuceConnection
        && !(connection instanceof RedisClusterConnection);
  }

  /**
   * Returns when enough replicas have all that was written before the call.
   *
   * @param name the object it is about, for messages
   * @throws IOException if they do not have it in time, or that is not known
   */
  void await(String name) throws IOException {
    if (!asked()) {
      return;
    }
    long reached = redis.call(this::await);
    if (reached < replicas) {
      throw new IOException(
          "Only "
              + reached
              + " of the "
              + replicas
              + " replicas that statefun.snapshot.redis.replicas asks for had the object '"
              + name
              + "' after "
              + timeout.toMillis()
              + " ms");
    }
  }

  /** Redis waits for what the same connection wrote last; that may have been anybody's before. */
  private Long await(RedisConnection connection) {
    connection.stringCommands().set(mark, new byte[0]);
    Object reached =
        ((LettuceConnection) connection)
            .execute(
                "WAIT",
                new IntegerOutput<>(ByteArrayCodec.INSTANCE),
                RedisKeys.bytes(Integer.toString(replicas)),
                RedisKeys.bytes(Long.toString(timeout.toMillis())));
    return (Long) reached;
  }
}
