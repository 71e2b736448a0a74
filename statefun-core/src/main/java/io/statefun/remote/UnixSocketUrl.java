/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URL of something that listens at a Unix-domain socket, as {@code
 * http+unix:///run/functions.sock/the/path?a=b}. The first part of its path that ends in {@code
 * .sock} is the file of the socket.
 *
 * @param socket the file of the socket
 * @param target what is asked for there: a path as it is sent, with its query
 */
public record UnixSocketUrl(Path socket, String target) {

  static final String SCHEME = "http+unix";

  private static final Pattern PARTS = Pattern.compile("(?<socket>/.*?\\.sock)(?<rest>/.*)?");

  /**
   * Takes a URL apart.
   *
   * @throws IllegalArgumentException if it is none of a socket
   */
  public static UnixSocketUrl of(URI url) {
    if (!SCHEME.equals(url.getScheme())) {
      throw new IllegalArgumentException("it has to begin with " + SCHEME + "://");
    }
    if (url.isOpaque() || url.getRawAuthority() != null) {
      throw new IllegalArgumentException(
          "a socket has no host. Write three slashes before its path, as in "
              + SCHEME
              + ":///run/functions.sock");
    }
    Matcher parts = PARTS.matcher(url.getRawPath());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "no part of its path ends in .sock, as the file of a socket has to");
    }
    return new UnixSocketUrl(
        Path.of(decoded(parts.group("socket"))), target(parts.group("rest"), url.getRawQuery()));
  }

  private static String decoded(String path) {
    return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String target(@Nullable String path, @Nullable String query) {
    return (path == null ? "/" : path) + (query == null ? "" : "?" + query);
  }
}
