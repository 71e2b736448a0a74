/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.cluster;

import io.statefun.snapshot.EpochId;
import io.statefun.wire.NewerFormatException;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a log with transactions names an epoch object, in few characters. */
final class EpochReference {

  private static final int FORMAT = 1;
  private static final int PARTS = 3;

  private EpochReference() {}

  /** Writes a reference. */
  static String of(EpochId id) {
    return FORMAT + ":" + id.epoch() + ":" + id.writer();
  }

  /**
   * Reads a reference.
   *
   * @throws NewerFormatException if a newer version has written it
   * @throws IOException if it is none
   */
  static EpochId parse(String text) throws IOException {
    String[] parts = text.split(":", -1);
    try {
      int format = Integer.parseInt(parts[0]);
      NewerFormatException.check("The name of the newest epoch, '" + text + "',", format, FORMAT);
      if (format == FORMAT && parts.length == PARTS) {
        return new EpochId(Long.parseLong(parts[1]), UUID.fromString(parts[2]));
      }
    } catch (IllegalArgumentException e) {
      throw invalid(text, e);
    }
    throw invalid(text, null);
  }

  private static IOException invalid(String text, @Nullable Throwable cause) {
    return new IOException("The newest epoch is named by '" + text + "', which is no name", cause);
  }
}
