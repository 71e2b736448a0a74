/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import io.statefun.autoconfigure.s3.S3Endpoint;
import io.statefun.services.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/** Where the application's snapshots are. */
public interface Store extends AutoCloseable {

  /** Starts a store by its name. */
  static Store of(String name, Path directory) throws IOException {
    return switch (name) {
      case "redis" -> redis(directory);
      case "s3" -> s3();
      case "file" -> files(directory);
      default -> throw new IllegalArgumentException("There is no store " + name);
    };
  }

  /** Tells the application where it is. */
  List<String> arguments();

  /** Takes it away in mid-work. */
  void takeAway();

  /** Brings it back, with all that it has acknowledged. */
  void bringBack() throws IOException;

  @Override
  void close();

  private static Store redis(Path directory) throws IOException {
    RedisServer server =
        RedisServer.startDurable(
            ExecutableProvider.newJarResourceProvider().get().toPath(), directory.resolve("redis"));
    return new Store() {
      @Override
      public List<String> arguments() {
        return List.of(
            "--statefun.snapshot.store=redis",
            "--spring.data.redis.port=" + server.port(),
            "--spring.data.redis.timeout=2s");
      }

      @Override
      public void takeAway() {
        server.kill();
      }

      @Override
      public void bringBack() throws IOException {
        server.restart();
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }

  private static Store s3() throws IOException {
    S3Endpoint endpoint = new S3Endpoint();
    return new Store() {
      @Override
      public List<String> arguments() {
        return List.of(
            "--statefun.snapshot.store=s3",
            "--statefun.snapshot.min-commit-interval=20ms",
            "--statefun.snapshot.s3.bucket=" + S3Endpoint.BUCKET,
            "--statefun.snapshot.s3.region=us-east-1",
            "--statefun.snapshot.s3.path-style=true",
            "--statefun.snapshot.s3.endpoint=" + endpoint.uri());
      }

      @Override
      public void takeAway() {
        endpoint.setAway(true);
      }

      @Override
      public void bringBack() {
        endpoint.setAway(false);
      }

      @Override
      public void close() {
        endpoint.close();
      }
    };
  }

  private static Store files(Path directory) {
    return new Store() {
      @Override
      public List<String> arguments() {
        return List.of(
            "--statefun.snapshot.file.directory=" + directory.resolve("store"),
            "--statefun.snapshot.file.lock=false");
      }

      @Override
      public void takeAway() {
        // A directory is always there.
      }

      @Override
      public void bringBack() {
        // It was never away.
      }

      @Override
      public void close() {
        // Its content stays, to be looked at.
      }
    };
  }
}
