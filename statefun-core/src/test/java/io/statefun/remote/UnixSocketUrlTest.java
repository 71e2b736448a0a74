/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnixSocketUrlTest {

  @ParameterizedTest
  @CsvSource({
    "http+unix:///f.sock,                       /f.sock,             /",
    "http+unix:///run/f.sock,                   /run/f.sock,         /",
    "http+unix:///run/f.sock/,                  /run/f.sock,         /",
    "http+unix:///run/f.sock?a=b%20c,           /run/f.sock,         /?a=b%20c",
    "http+unix:///run/f.sock/the/path,          /run/f.sock,         /the/path",
    "http+unix:///run/f.sock/a%20b?c=d#e,       /run/f.sock,         /a%20b?c=d",
    "http+unix:///run/f.sock/g.sock/x,          /run/f.sock,         /g.sock/x",
    "http+unix:///run/f.sock.d/g.sock/x,        /run/f.sock.d/g.sock, /x",
    "http+unix:///run/my%20f+1.sock/x,          /run/my f+1.sock,    /x",
    "http+unix:/run/f.sock/x,                   /run/f.sock,         /x"
  })
  void theFirstPartThatEndsInSockIsTheSocket(URI url, Path socket, String target) {
    assertThat(UnixSocketUrl.of(url)).isEqualTo(new UnixSocketUrl(socket, target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http:///run/f.sock",
        "https+unix:///run/f.sock",
        "http+unix://run/f.sock",
        "http+unix:///run/f/x",
        "http+unix:///run/%00.sock/x",
        "/run/f.sock"
      })
  void whatIsNoUrlOfASocketIsRefused(URI url) {
    assertThatIllegalArgumentException().isThrownBy(() -> UnixSocketUrl.of(url));
  }
}
