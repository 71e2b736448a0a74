/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The parts of source files that documents show, between {@code tag::} and {@code end::}. */
final class Regions {

  private static final Pattern MARKER = Pattern.compile("\\b(tag|end)::([a-z-]+)\\[]");

  /** A region. */
  record Region(Path file, String name, String text) {}

  private Regions() {}

  /** All regions of the files in a folder. */
  static List<Region> in(Path folder) throws IOException {
    List<Region> regions = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        read(file, regions);
      }
    }
    return regions;
  }

  private static void read(Path file, List<Region> regions) throws IOException {
    Map<String, StringBuilder> open = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      Matcher marker = MARKER.matcher(line);
      if (!marker.find()) {
        open.values().forEach(text -> text.append(line).append('\n'));
      } else if (marker.group(1).equals("tag")) {
        open.put(marker.group(2), new StringBuilder());
      } else {
        StringBuilder text = open.remove(marker.group(2));
        if (text == null) {
          throw new IllegalStateException(file + ": the end of " + marker.group(2) + " is alone");
        }
        regions.add(new Region(file, marker.group(2), text.toString()));
      }
    }
    if (!open.isEmpty()) {
      throw new IllegalStateException(file + ": regions without an end: " + open.keySet());
    }
  }

  /** A text without differences that are only white space. */
  static String normalised(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
