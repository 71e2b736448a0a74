/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Identifies a node, also after a restart, so that it need not wait until the brokers take its
 * former process for dead. Kept with the local state, which one process alone can use.
 */
final class MemberId {

  private static final String FILE = "node-id";

  private MemberId() {}

  /** Reads the id, which is made if there is none. */
  static String of(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      Files.createDirectories(directory);
      if (Files.notExists(file)) {
        create(directory, file);
      }
      return UUID.fromString(Files.readString(file).strip()).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The node's id can be neither read from nor written to " + file, e);
    }
  }

  private static void create(Path directory, Path file) throws IOException {
    Path whole = Files.createTempFile(directory, FILE, ".tmp");
    Files.writeString(whole, UUID.randomUUID() + "\n");
    try {
      Files.move(whole, file);
    } catch (FileAlreadyExistsException e) {
      Files.delete(whole);
    }
  }
}
