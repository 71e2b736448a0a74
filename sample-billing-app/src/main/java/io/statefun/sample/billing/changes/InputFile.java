/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** Lays out the file of change events that the application reads. */
public final class InputFile {

  /** How many users the bundled file has. */
  public static final int BUNDLED_USERS = 10_000;

  private static final String BUNDLED = "/user-changes.ndjson.gz";
  private static final String KEY = "{\"key\":{\"id\":";

  private InputFile() {}

  /**
   * Lays out the events of the first users, from the bundled file, or from a generated one if it
   * has too few. A file that is there is kept: positions in it may be stored.
   */
  public static Path prepare(Path directory, int users) {
    Path file = directory.resolve("user-changes-" + users + ".ndjson");
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(directory);
        Path unfinished = directory.resolve(file.getFileName() + ".unfinished");
        if (users > BUNDLED_USERS) {
          ChangeFileGenerator.write(unfinished, users, ChangeFileGenerator.BUNDLED_SEED);
        } else {
          unpack(unfinished, users);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private static void unpack(Path file, int users) throws IOException {
    InputStream bundled = Objects.requireNonNull(InputFile.class.getResourceAsStream(BUNDLED));
    try (InputStream unzipped = new GZIPInputStream(bundled);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(unzipped, StandardCharsets.UTF_8));
        Writer out = Files.newBufferedWriter(file)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (userOf(line) <= users) {
          out.write(line);
          out.write('\n');
        }
      }
    }
  }

  private static int userOf(String line) {
    return Integer.parseInt(line, KEY.length(), line.indexOf('}'), 10);
  }
}
