/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.io.IOException;

/** More came back than is taken, as it will when the same is asked for again. */
public final class OversizedResponseException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * @param message how large a response may be
   */
  public OversizedResponseException(String message) {
    super(message);
  }
}
