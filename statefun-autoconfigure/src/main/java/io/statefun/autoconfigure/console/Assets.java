/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/** The files of the page. There are no others, whatever somebody asks for. */
final class Assets {

  /** The page itself. */
  static final String PAGE = "index.html";

  private static final String FOLDER = "/META-INF/statefun/console/";

  private static final List<String> NAMES =
      List.of(
          PAGE,
          "icon.svg",
          "console.css",
          "console.js",
          "api.js",
          "charts.js",
          "dom.js",
          "rates.js",
          "endpoints.js",
          "functions.js",
          "graph.js",
          "instance.js",
          "letters.js",
          "overview.js",
          "partitions.js",
          "snapshots.js");

  private static final Map<String, MediaType> TYPES =
      Map.of(
          "html", MediaType.parseMediaType("text/html;charset=utf-8"),
          "css", MediaType.parseMediaType("text/css;charset=utf-8"),
          "js", MediaType.parseMediaType("text/javascript;charset=utf-8"),
          "svg", MediaType.parseMediaType("image/svg+xml"));

  private final Map<String, Asset> assets = new HashMap<>();

  Assets() {
    NAMES.forEach(name -> assets.put(name, load(name)));
  }

  /**
   * A file.
   *
   * @param tag tells it from any other content
   */
  record Asset(byte[] content, MediaType type, String tag) {}

  @Nullable Asset find(String name) {
    return assets.get(name);
  }

  private static Asset load(String name) {
    try (InputStream in = Assets.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("The console has no file " + name);
      }
      byte[] content = in.readAllBytes();
      MediaType type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), MediaType.ALL);
      return new Asset(content, type, '"' + digest(content) + '"');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
