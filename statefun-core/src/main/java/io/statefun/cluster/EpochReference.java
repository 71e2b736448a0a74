/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.snapshot.EpochObjects;
import java.io.IOException;
import java.util.UUID;

/**
 * Names an epoch object, in few characters.
 *
 * @param writer the writer that the object names
 */
record EpochReference(long epoch, UUID writer) {

  private static final String FORMAT = "1";
  private static final int PARTS = 3;

  /**
   * Reads a reference.
   *
   * @throws IOException if it is none, or was written by a newer version
   */
  static EpochReference parse(String text) throws IOException {
    String[] parts = text.split(":", -1);
    if (!parts[0].equals(FORMAT)) {
      throw new IOException(
          "The newest epoch is named by '"
              + text
              + "', which this version cannot read. Start the newer version of the application.");
    }
    try {
      if (parts.length == PARTS) {
        return new EpochReference(Long.parseLong(parts[1]), UUID.fromString(parts[2]));
      }
    } catch (IllegalArgumentException e) {
      throw invalid(text, e);
    }
    throw invalid(text, null);
  }

  private static IOException invalid(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    return new IOException("The newest epoch is named by '" + text + "', which is no name", cause);
  }

  String objectName() {
    return EpochObjects.name(epoch, writer);
  }

  @Override
  public String toString() {
    return FORMAT + ":" + epoch + ":" + writer;
  }
}
