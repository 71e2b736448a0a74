/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import java.nio.charset.StandardCharsets;

/**
 * A secret that is shared with those who check signatures. Never shown.
 *
 * @param id names the key, which need not be kept secret
 * @param secret at least 16 bytes
 */
public record SigningKey(String id, byte[] secret) {

  private static final int SHORTEST = 16;

  public SigningKey {
    if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "The id of a signing key has 1 to 64 letters, digits, '.', '_' or '-'");
    }
    if (secret.length < SHORTEST) {
      throw new IllegalArgumentException(
          "The secret of a signing key has at least " + SHORTEST + " bytes");
    }
    secret = secret.clone();
  }

  /** A key from a text. */
  public static SigningKey of(String id, String secret) {
    return new SigningKey(id, secret.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public byte[] secret() {
    return secret.clone();
  }

  /** The id alone. */
  @Override
  public String toString() {
    return "SigningKey[" + id + "]";
  }
}
