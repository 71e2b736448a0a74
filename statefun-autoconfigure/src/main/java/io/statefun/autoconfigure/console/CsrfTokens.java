/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.ClassUtils;

/** Tells the page the token that Spring Security wants with what it does, if that is there. */
final class CsrfTokens {

  private static final boolean PRESENT =
      ClassUtils.isPresent(
          "org.springframework.security.web.csrf.CsrfToken", CsrfTokens.class.getClassLoader());

  private CsrfTokens() {}

  static @Nullable Map<String, String> of(HttpServletRequest request) {
    return PRESENT ? Present.of(request) : null;
  }

  /** Not loaded without Spring Security. */
  private static final class Present {

    private Present() {}

    static @Nullable Map<String, String> of(HttpServletRequest request) {
      return request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token
          ? Map.of("header", token.getHeaderName(), "token", token.getToken())
          : null;
    }
  }
}
